import { afterAll, beforeAll, expect, test } from 'vitest';
import { neverReservedBeyondALimit } from './never-reserved-beyond-a-limit.ts';
import { spendingIsNeverRefused } from './spending-is-never-refused.ts';
import { whatAJobHeldIsFreeAtItsEnd } from './what-a-job-held-is-free-at-its-end.ts';
import { Lives } from './lives.ts';

let lives: Lives;
beforeAll(async () => {
  lives = await Lives.open([neverReservedBeyondALimit, spendingIsNeverRefused, whatAJobHeldIsFreeAtItsEnd]);
}, 60_000);
afterAll(() => lives.close());

const spent = 'select 1 from reservations where spent_micros > 0';
/** At a price that was the same all the time: to the micro-dollar. */
const spentAtOnePrice = `${spent} and not exists (select 1 from holds join tasks on tasks.id = holds.task_id
  where tasks.deployment_id = reservations.deployment_id and holds.model is not 'gold')`;
const overrun = `select 1 from reservations join approvals using (deployment_id)
  where approvals.state = 'consumed' and spent_micros > cost_ceiling_micros`;

test('no reservation goes beyond its limit, and the books agree to the micro-dollar', async () => {
  expect(await lives.until(spent)).toEqual([]);
  expect(await lives.until(overrun)).toEqual([]);
});

test('a cent too much would be found', async () => {
  await lives.until(spent);
  const full = 'update budgets set limit_micros = reserved_micros + spent_micros';
  const more = 'update budgets set reserved_micros = reserved_micros + 10000';
  expect(lives.tampered(full, more)).toEqual(
    expect.arrayContaining([expect.stringContaining('and gave'), expect.stringContaining('do not agree')]),
  );
  expect(lives.tampered('update reservations set reserved_micros = 1')).toContainEqual(
    expect.stringContaining('is over and still has reservations'),
  );
});

test('what is spent and not booked would be found, and an overrun of which nothing tells', async () => {
  await lives.until(spentAtOnePrice);
  expect(lives.tampered('update reservations set spent_micros = spent_micros + 1')).toContainEqual(
    expect.stringContaining('and its tasks used'),
  );
  await lives.until(overrun);
  const untold = ["update deployments set outcome_reason = 'fine'", "delete from events where type = 'stop_requested'"];
  expect(lives.tampered(...untold)).toContainEqual(expect.stringContaining('nothing says so'));
});

test('another amount than the approved one would be found', async () => {
  await lives.until(spent);
  const [{ id } = { id: '' }] = lives.rows<{ id: string }>(
    "select deployment_id id from approvals where state = 'consumed'",
  );
  const found = lives.tampered(
    `delete from reservations where deployment_id = '${id}'`,
    `insert into reservations values ('${id}', 'month', '2026-03', 123456789, 0)`,
  );
  expect(found).toContain(`${id} reserved something else than its ceiling`);
});
