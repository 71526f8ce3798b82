/** Row 6 of the proof: bells lost, doubled, late and in any order at once, for several jobs together. */
import { afterEach, expect, test } from 'vitest';
import { ringDueWork } from '../../shared/road/ring-due-work.ts';
import { seededRandom } from '../world/random.ts';
import { answerBells, folk, openTown, type Town } from './town.ts';

let town: Town;
afterEach(() => town.close());

const once = ['submitted', 'estimated', 'validated', 'approved', 'started', 'run_ended', 'learned'];

/** Hears what rings in any order: some of it never, some twice, some much later. */
async function deliver(fraction: () => number): Promise<void> {
  const { rung } = town.world;
  for (let heard = 0; rung.length > 0 && heard < 200; heard++) {
    const [ring] = rung.splice(Math.floor(fraction() * rung.length), 1);
    const fate = fraction();
    if (ring === undefined || fate < 0.15) continue;
    const times = fate < 0.4 ? 2 : 1;
    if (fate > 0.8) late.push({ ...ring, at: new Date(0) });
    else await Promise.all(Array.from({ length: times }, () => answerBells(town.platform, ring)));
  }
  if (late.length > 10) rung.push(...late.splice(0, 8));
}
const late: Town['world']['rung'] = [];

/** Six jobs, and whatever becomes of their bells. Throws where they do not end, or something happened twice. */
async function goTheRoad(seed: number, sweep = ringDueWork): Promise<void> {
  const { fraction } = seededRandom(seed);
  late.length = 0;
  town = await openTown({}, { seed });
  const ids = [];
  for (let job = 0; job < 6; job++) ids.push(await town.submit({ supporting_agents: job % 2 === 0 ? ['reader'] : [] }));
  for (let rounds = 0; rounds < 60; rounds++) {
    await deliver(fraction);
    await town.pass(5);
    await sweep(town.platform);
    await voteAndWork();
  }
  for (const id of ids) {
    expect(await town.state(id)).toBe('succeeded');
    const events = await town.events(id);
    expect(events.filter((type) => type !== 'tasks_ended')).toEqual(once);
  }
  expect(await town.sql('select count(*) n from approvals')).toEqual([{ n: 6 }]);
  expect(await town.sql('select sum(completed) n from agent_records')).toEqual([{ n: 9 }]);
}

async function voteAndWork(): Promise<void> {
  const open = await town.sql<{ job_id: string }>(
    "select job_id from approvals where state = 'open' and not exists (select 1 from ballots where approval_id = approvals.id)",
  );
  for (const { job_id } of open) for (const head of folk.heads.slice(0, 2)) await town.vote(job_id, head);
  for (const agent of folk.workers) {
    for (const task of await town.claim(agent, { max: 3 })) await town.complete(agent, task);
  }
}

const seeds = Array.from({ length: 20 }, (_, at) => at + 1);

test.each(seeds)('six jobs come to their ends, and all happens once (seed %i)', (seed) => goTheRoad(seed));

/** What this is for: bells that are all there is. */
test('a Muster that nobody sweeps is found out', async () => {
  await expect(goTheRoad(1, async () => {})).rejects.toThrow(/to be 'succeeded'/);
});
