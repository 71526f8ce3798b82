/** At the moment of every reservation, reserved + spent ≤ limit in every scope; at a job's end its reservation is zero. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busyRun, ends, type Busy } from './busy.ts';

/** Notes the balance at the moment at which something is reserved. */
const watch = [
  'create table seen_reservations (scope text, period text, reserved integer, spent integer, most integer)',
  `create trigger note_reservation after update on budgets when new.reserved_micros > old.reserved_micros
   begin insert into seen_reservations
     values (new.scope, new.period, new.reserved_micros, new.spent_micros, new.limit_micros); end`,
];

describe.each([21, 22, 23])('in the run of seed %i', (seed) => {
  let busy: Busy;
  beforeAll(async () => {
    busy = await busyRun({ seed, watch });
  }, 60_000);
  afterAll(() => busy.close());

  const tooMuch = () => busy.town.sql('select * from seen_reservations where reserved + spent > most');
  const sums = (of: string) =>
    busy.town.sql(`select scope, period, sum(reserved_micros) reserved, sum(spent_micros) spent from ${of}
      group by scope, period having sum(reserved_micros) + sum(spent_micros) > 0 order by scope, period`);
  const left = () =>
    busy.town.sql(`select reservations.deployment_id from reservations
      join deployments on deployments.id = reservations.deployment_id
      join jobs on jobs.id = deployments.job_id
      where reservations.reserved_micros > 0 and (jobs.deployment_id <> deployments.id or jobs.state in (${ends}))`);
  /** What the tasks of a deployment have used at a price, against what the books say was spent for it. */
  const unbooked = () =>
    busy.town.sql(`select deployment_id from reservations where spent_micros <>
      (select coalesce(sum(earlier_budget_micros + case priced when 1 then cost_micros else 0 end), 0)
       from tasks where tasks.deployment_id = reservations.deployment_id)`);

  test('no reservation went beyond its limit', async () => {
    const [seen] = await busy.town.sql<{ n: number }>('select count(*) n from seen_reservations');
    expect(seen?.n).toBeGreaterThan(2);
    expect(await tooMuch()).toEqual([]);
  });

  test('nothing is left reserved, and the books agree to the micro-dollar', async () => {
    expect(await left()).toEqual([]);
    expect(await sums('budgets')).toEqual(await sums('reservations'));
    expect(await unbooked()).toEqual([]);
  });

  test('a cent too much would be found', async () => {
    await busy.town.tamper('update budgets set limit_micros = reserved_micros + spent_micros');
    await busy.town.tamper('update budgets set reserved_micros = reserved_micros + 1');
    expect(await tooMuch()).toHaveLength(1);
    expect(await sums('budgets')).not.toEqual(await sums('reservations'));
    await busy.town.tamper('update reservations set reserved_micros = 1, spent_micros = spent_micros + 1');
    expect((await left()).length).toBeGreaterThan(0);
    expect((await unbooked()).length).toBeGreaterThan(0);
  });
});
