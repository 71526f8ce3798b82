/** The Muster that is held against the model: one world for all runs, emptied before each of them. */
import { CompiledQuery } from 'kysely';
import { castBallot } from '../../shared/approvals/cast-ballot.ts';
import { putBudget } from '../../shared/budgets/set.ts';
import { PricesInput } from '../../shared/estimates/price.ts';
import { putPrices } from '../../shared/estimates/put-prices.ts';
import { cancelJob } from '../../shared/road/cancel.ts';
import { changeDefinition, retryJob } from '../../shared/road/redeploy.ts';
import { ringDueWork } from '../../shared/road/ring-due-work.ts';
import { submitJob } from '../../shared/road/submit.ts';
import { claimTasks } from '../../shared/tasks/claim.ts';
import { completeTask } from '../../shared/tasks/complete.ts';
import { failTask } from '../../shared/tasks/fail.ts';
import { heartbeat } from '../../shared/tasks/heartbeat.ts';
import { reportProgress } from '../../shared/tasks/progress.ts';
import { releaseTask } from '../../shared/tasks/release.ts';
import { deleteTool } from '../../shared/tools/delete-tool.ts';
import { registerTool } from '../../shared/tools/register-tool.ts';
import { admin, answerBells, openTown, type Town } from '../road/town.ts';
import type { WorldOptions } from '../world.ts';
import { heads, spans, workers } from './definitions.ts';

/** The verbs that the model describes; a test may plant a bug in one. */
export const verbs = {
  ...{ castBallot, putBudget, cancelJob, changeDefinition, retryJob, ringDueWork, submitJob, claimTasks, completeTask },
  ...{ failTask, heartbeat, reportProgress, releaseTask, deleteTool, registerTool },
};

export interface Muster {
  town: Town;
  verbs: typeof verbs;
  /** Ids of the jobs that the model numbers, and which versions of them were seen last. */
  jobs: string[];
  versions: number[];
  /** Ids of tasks by the names that the model gives them, and the other way. */
  ids: Map<string, string>;
  names: Map<string, string>;
  /** What a ballot must name, by the name of the definition. */
  hashes: Map<string, string>;
  /** What holders were answered first, by task and fence. */
  settled: Map<string, string>;
  /** Of all runs: how many steps were taken, and which states and refusals were seen. */
  steps: number;
  reached: Set<string>;
}

/** When a run begins: so late in a month that some runs come to its end. */
export const start = new Date('2026-03-31T21:30:00.000Z');
/** Micro-dollars a month. */
export const monthly = 2500;

const settings = {
  LOG_LEVEL: 'silent',
  MONTHLY_BUDGET_USD: String(monthly / 1_000_000),
  BLOCKED_FOR: `${spans.blocked}s`,
  APPROVAL_DEADLINE: `${spans.question}s`,
  AGENT_HEARTBEAT_INTERVAL: `${spans.beat}s`,
  AGENT_DEFAULT_TIMEOUT: `${spans.attempt}s`,
};

export async function openMuster(options: WorldOptions = {}, planted: Partial<typeof verbs> = {}): Promise<Muster> {
  const town = await openTown(settings, { at: start, isUnwatched: true, ...options });
  await town.person('petra', 'approver');
  for (const worker of workers) await town.agent(worker, { max_concurrent_tasks: 2 });
  const perToken = { input_usd_per_million: 1, output_usd_per_million: 1 };
  await putPrices(town.platform, admin, PricesInput.parse({ overrides: [{ model: 'penny', ...perToken }] }));
  return { town, verbs: { ...verbs, ...planted }, ...nothing(), steps: 0, reached: new Set() };
}

const nothing = () => ({
  ...{ jobs: [], versions: [] },
  ...{ ids: new Map(), names: new Map(), hashes: new Map(), settled: new Map() },
});

/** What runs leave behind, children first. */
const left = [
  ...['tasks', 'ballots', 'voters', 'approvals', 'reservations', 'tool_uses', 'deployments', 'job_agents', 'jobs'],
  ...['messages', 'idempotency_keys', 'budgets', 'tools', 'events', 'action_items'],
  ...['predictors', 'calibrations', 'durations', 'agent_records'],
].map((table) => CompiledQuery.raw(`delete from ${table}`));

/** Nothing has happened, and everybody has just called. */
export async function empty(muster: Muster): Promise<void> {
  const { town } = muster;
  const { clock, rung, logged } = town.world;
  tick(muster, start.getTime() - clock.database());
  rung.length = 0;
  logged.length = 0;
  Object.assign(muster, nothing());
  await town.platform.db.transaction('empty', async (tx) => {
    for (const statement of left) await tx.run(statement);
  });
  await call(muster, [...heads, ...workers]);
}

/** Moves both clocks; nobody sleeps here. */
export function tick({ town }: Muster, milliseconds: number): void {
  town.world.clock.skewProcess(milliseconds / 1000);
  town.world.clock.skewDatabase(milliseconds / 1000);
}

/** These agents have called in all the while: the last time now. */
const call = ({ town }: Muster, agents: string[]): Promise<void> =>
  town.tamper(
    `update agents set last_seen_at = ? where id in (${agents.map((id) => `'${id}'`).join(', ')})`,
    now(town),
  );

const now = (town: Town) => new Date(town.world.clock.database());

/** All bells are heard. A millisecond lies between any two, so that ids are in the order of their times. */
export const settle = (muster: Muster): Promise<number> =>
  muster.town.world.settle((platform, ring) => {
    tick(muster, 1);
    return answerBells(platform, ring);
  });

/** Time passes, and the timer finds what is due. Those that are blocked are tried again when all others are at rest. */
export async function pass(muster: Muster, seconds: number, callers: string[]): Promise<void> {
  const { town, verbs } = muster;
  tick(muster, seconds * 1000);
  await call(muster, callers);
  await town.tamper(
    `update jobs set due_at = case when state <> 'blocked' then ? end where due_at is not null`,
    now(town),
  );
  await verbs.ringDueWork(town.platform);
  await settle(muster);
  for (const { id } of await town.sql<{ id: string }>(blocked)) {
    town.world.ring('wake', id);
    await settle(muster);
  }
}

const blocked = `select id from jobs where state = 'blocked' order by priority, id`;
