/** 50 agents with 10,000 tasks, whatever becomes of the agents: judged by their own ledger and by the promises. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aLeaseThatEndedStaysEnded } from '../promises/a-lease-that-ended-stays-ended.ts';
import { aLostHolderWritesNothing } from '../promises/a-lost-holder-writes-nothing.ts';
import { anAttemptCountsFromItsClaim } from '../promises/an-attempt-counts-from-its-claim.ts';
import { aRecordedEffectHappensOnce } from '../promises/a-recorded-effect-happens-once.ts';
import { aStreamHasNoGapAndItsChainVerifies } from '../promises/a-stream-has-no-gap-and-its-chain-verifies.ts';
import { eachTransitionHasExactlyOneEvent } from '../promises/each-transition-has-exactly-one-event.ts';
import { noAgentHoldsMoreThanItMay } from '../promises/no-agent-holds-more-than-it-may.ts';
import { aPoisonTaskDelaysNoOther, theMostUrgentAndOldestFirst } from '../promises/the-most-urgent-and-oldest-first.ts';
import { chanceOf } from '../simulation/chance.ts';
import { openCrowd, tasksOfJob, type Crowd } from './fifty/crowd.ts';
import { secondsOfTurn, Worker } from './fifty/worker.ts';

const promised = [
  aRecordedEffectHappensOnce,
  aLostHolderWritesNothing,
  aLeaseThatEndedStaysEnded,
  anAttemptCountsFromItsClaim,
  noAgentHoldsMoreThanItMay,
  theMostUrgentAndOldestFirst,
  aPoisonTaskDelaysNoOther,
  eachTransitionHasExactlyOneEvent,
  aStreamHasNoGapAndItsChainVerifies,
];
const [agents, jobs, jobsAtOnce, seed] = [50, 200, 50, 11];
/** Half a day: then something hangs. */
const mostTurns = 8640;

/** Bells are heard now and then, what was rung for several times once, as where it waits in a queue; and new jobs come. */
async function hear({ town, rows, start }: Crowd): Promise<void> {
  const { rung } = town.world;
  rung.splice(0, rung.length, ...new Map(rung.map((ring) => [`${ring.bell} ${ring.id}`, ring])).values());
  await town.sweep();
  const [{ all, open } = { all: 0, open: 0 }] = rows<{ all: number; open: number }>(
    `select count(*) "all", count(*) filter (where state = 'executing') open from jobs`,
  );
  for (let more = Math.min(jobs - all, jobsAtOnce - open); more > 0; more--) await start();
}

/** Turn by turn, each time in another order, until all jobs are over. */
async function work(crowd: Crowd, workers: readonly Worker[]): Promise<void> {
  const { fraction } = chanceOf(seed, 'turns').random;
  const left = () => crowd.rows("select 1 from jobs where state <> 'succeeded' limit 1").length;
  for (let turn = 0; turn === 0 || (left() > 0 && turn < mostTurns); turn++) {
    if (turn % 8 === 0) await hear(crowd);
    for (const worker of workers.toSorted(() => fraction() - 0.5)) await worker.turn(turn);
    await crowd.town.world.advance(secondsOfTurn);
  }
}

let crowd: Crowd;
beforeAll(async () => void (crowd = await openCrowd({ seed, workers: agents, promised })));
afterAll(() => crowd.close());

test('the effect of each of 10,000 tasks is recorded once, by urgency, and no agent holds too many', async () => {
  const workers = [...crowd.most.keys()].map((id) => new Worker(id, crowd, seed));
  await work(crowd, workers);
  const broken = promised.flatMap(({ sentence, atEnd }) => atEnd(crowd).map((words) => `${sentence} ${words}`));
  expect(broken).toEqual([]);
  const heard = crowd.ledger.of('report').filter(({ state }) => state === 'succeeded');
  const told = new Map(heard.map(({ task_id, output }) => [task_id, output]));
  const tasks = crowd.rows<{ id: string; output: string }>('select id, output from tasks');
  expect([tasks.length, told.size]).toEqual([jobs * tasksOfJob, jobs * tasksOfJob]);
  expect(tasks.filter(({ id, output }) => output !== JSON.stringify(told.get(id)))).toEqual([]);
  const fates = Map.groupBy(
    workers.flatMap(({ fates }) => fates),
    (fate) => fate,
  );
  expect(fates.get('killed')?.length).toBeGreaterThan(50);
  expect(fates.get('paused')?.length).toBeGreaterThan(50);
  expect(crowd.ledger.of('report').filter(({ heard }) => heard === 'lease_lost').length).toBeGreaterThan(100);
}, 120_000);
