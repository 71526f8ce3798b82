/** A database that is away: a serverless one that sleeps takes up to a minute to wake. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { stages } from '../../functions/stages.ts';
import { isTransient } from '../../shared/platform/database/faults.ts';
import { ringDueWork } from '../../shared/road/ring-due-work.ts';
import { impatient } from './faults/desk.ts';
import { definition, jobs } from './faults/scene.ts';
import { openTheatre, type Theatre } from './faults/theatre.ts';
import type { Order, Ordered } from './tds/faults.ts';

let theatre: Theatre;
beforeAll(async () => void (theatre = await openTheatre({ patience: impatient })));
afterAll(() => theatre.close());

const submit = () =>
  theatre.desk.ask(`POST ${jobs}`, {
    as: theatre.scene.keys['sam'],
    body: definition(),
    headers: { prefer: 'respond-async', 'idempotency-key': 'while-it-slept' },
  });
const read = () => theatre.desk.ask(`GET ${jobs}/${theatre.scene.job.open}`, { as: theatre.scene.keys['sam'] });
const estimate = () => stages.estimate.run(theatre.desk.world.platform, theatre.scene.job.submitted);
const rows = () => theatre.footprint();

const sleeps: [how: string, order: Order][] = [
  ['it says that it is not available', { on: 'connect', how: 40_613, times: Infinity }],
  ['it takes connections and says nothing', { on: 'connect', how: 'silence', times: Infinity }],
  ['it takes logins and says nothing', { on: 'connect', when: 'after', how: 'dead', times: Infinity }],
  ['it cuts every connection', { on: 'connect', how: 'reset', times: Infinity }],
];

describe.each(sleeps)('%s', (_, order) => {
  let asleep: Ordered;
  beforeEach(async () => {
    await theatre.reset();
    asleep = theatre.desk.twin.faults.order(order);
    theatre.desk.twin.cut();
  });

  test('callers are told when to come again, and are served once it is awake', { timeout: 60_000 }, async () => {
    for (const got of await Promise.all([read(), submit()])) {
      expect([got.status, got.body.code, got.headers.get('retry-after')]).toEqual([503, 'unavailable', '10']);
    }
    asleep.withdraw();
    const [first, second] = [await submit(), await submit()];
    expect([first.status, second.body['job_id']]).toEqual([202, first.body['job_id']]);
    expect((await read()).status).toBe(200);
  });

  test('stages and the sweep wait, and go on once it is awake', { timeout: 60_000 }, async () => {
    const before = rows();
    await expect(estimate()).rejects.toSatisfy(isTransient);
    await expect(ringDueWork(theatre.desk.world.platform)).rejects.toSatisfy(isTransient);
    asleep.withdraw();
    expect(rows()).toEqual(before);
    await ringDueWork(theatre.desk.world.platform);
    const { submitted } = theatre.scene.job;
    expect(theatre.desk.world.rung).toContainEqual(expect.objectContaining({ bell: 'estimate', id: submitted }));
    await theatre.desk.world.settle();
    const got = await theatre.desk.ask(`GET ${jobs}/${submitted}`, { as: theatre.scene.keys['sam'] });
    expect(got.body).toMatchObject({ state: 'awaiting_approval' });
  });
});

test('it pauses for a moment: nobody notices', async () => {
  await theatre.reset();
  theatre.desk.twin.faults.order({ on: 'connect', how: 40_613, times: 3 });
  theatre.desk.twin.cut();
  expect((await read()).status).toBe(200);
});

test('it stays away: callers are told so at once, health says it, and it heals by itself', async () => {
  await theatre.reset();
  const { twin, world, ask } = theatre.desk;
  const asleep = twin.faults.order({ on: 'connect', how: 'reset', times: Infinity });
  twin.cut();
  await read();
  await world.advance(11);
  expect((await read()).headers.get('retry-after')).toBe('10');
  const got = await read();
  expect([got.status, got.body.code, got.headers.get('retry-after')]).toEqual([503, 'unavailable', '5']);
  const health = await ask('GET /api/health/ready', {});
  expect([health.status, health.body['status']]).toEqual([503, 'down']);
  asleep.withdraw();
  await world.advance(5);
  expect((await read()).status).toBe(200);
});
