/** Row 13 of the proof: the clock of the process is wrong by 90 seconds, or goes back, and nothing depends on it. */
import { afterEach, describe, expect, test } from 'vitest';
import { recordInDatabase } from '../../shared/insights/record-source.ts';
import { checkRecord } from '../../shared/insights/check-record.ts';
import type { WorldOptions } from '../world.ts';
import { handClock } from '../world/clock.ts';
import { openTown, type Town } from './town.ts';

let town: Town;
afterEach(() => town.close());

type Skew = (town: Town, step: number) => void;

/** How the two clocks part before each step of the road. */
const skews: Record<string, Skew> = {
  'the process is 90 seconds ahead': ({ world }, step) => step === 0 && world.clock.skewProcess(90),
  'the process is 90 seconds behind': ({ world }, step) => step === 0 && world.clock.skewProcess(-90),
  'the process is put back at every step': ({ world }) => world.clock.skewProcess(-90),
  'the process goes to and fro': ({ world }, step) => world.clock.skewProcess(step % 2 === 0 ? 180 : -180),
  'the database is ahead of it by more and more': ({ world }) => world.clock.skewDatabase(20),
  'the database is put back by a second at every step': ({ world }) => world.clock.skewDatabase(-1),
};

/** A job with a failing task, a lost holder, and an end. Gives how many times its tasks were tried. */
async function road(skew: Skew): Promise<{ id: string; attempts: number }> {
  let step = 0;
  const next = () => skew(town, step++);
  next();
  const id = await town.submitted({ supporting_agents: ['reader'], max_retries: 5 });
  next();
  await town.approve(id);
  next();
  const first = await town.one('reader');
  next();
  await town.sweep();
  await town.pass(80);
  await town.sweep();
  next();
  expect((await town.tasks(id))['reader']).toMatchObject({ state: 'running', fence: first.fence }); // its lease stands
  await town.fail('reader', first);
  for (let rounds = 0; rounds < 8; rounds++) {
    next();
    await town.pass(10);
    await town.sweep();
    await town.work();
  }
  const { reader, writer } = await town.tasks(id);
  return { id, attempts: (reader?.attempts ?? 0) + (writer?.attempts ?? 0) };
}

describe.each(Object.entries(skews))('%s', (_, skew) => {
  test('and a job goes its road, each task as often as it was claimed', async () => {
    town = await openTown();
    const { id, attempts } = await road(skew);
    expect(await town.job(id)).toMatchObject({ state: 'succeeded', due_at: null });
    expect(attempts).toBe(3);
    expect(await town.sql("select id from tasks where state <> 'succeeded'")).toEqual([]);
    const { bad } = await checkRecord(recordInDatabase(town.platform.db.read, town.platform.sealer));
    expect(bad).toBeNull();
  });
});

/** What this is for: leases by the clock of the process. */
test('a Muster whose database goes by the clock of the process is found out', async () => {
  const clock = handClock(new Date('2026-03-01T12:00:00.000Z'));
  const planted: WorldOptions = { clock: { ...clock, database: () => clock.now().getTime() } };
  town = await openTown({}, planted);
  const jumps: Skew = ({ world }, step) => step === 3 && world.clock.skewProcess(91);
  await expect(road(jumps)).rejects.toThrow(/fence/);
});
