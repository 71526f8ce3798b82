/** One look at a running job: what was spent, what may start, what must stop, and whether it is over. */
import type { Tx } from '../platform/platform.ts';
import { commit } from '../budgets/reserve.ts';
import type { Actual } from '../deployments/deployment.ts';
import { outputsFor, planOutcome, readyTasks } from '../deployments/plan.ts';
import { storeOutcome } from '../deployments/store.ts';
import type { Job, Outcome, StopReason } from '../jobs/job.ts';
import { moveJob } from '../jobs/move.ts';
import { noteEnded, releaseTasks } from '../tasks/queue.ts';
import { cancelTasks, setAlarms, stopTasks } from '../tasks/stop.ts';
import { lockTasks, tasksOf } from '../tasks/store.ts';
import { tellEnded } from '../tasks/tell.ts';
import type { Task } from '../tasks/task.ts';
import { currentDefinition } from './current.ts';
import { giveBack } from './give-back.ts';
import { actualOf, budgetMicros, taskEnd, taskStates } from './run-facts.ts';

/**
 * The `executing` handler of executeJob; may run at any time and any number of times. Tasks are read without a lock
 * first, because budgets and resources are locked before tasks (docs/decisions/lock-order.md): an end of a task is
 * final, so what all of them amount to is known when all have ended, and whatever changes later rings again.
 */
export async function advancePlan(tx: Tx, job: Job): Promise<void> {
  const { deployment_id } = job;
  const seen = await tasksOf(tx, { deployment_id });
  const { overrun, spent_micros, left_micros } = await commit(tx, deployment_id, budgetMicros(seen));
  const outcome = planOutcome(taskStates(seen, tx.at));
  if (outcome !== 'open') return end(tx, job, { tasks: seen, ...endingOf(job, { tasks: seen, outcome, overrun }) });
  const reason = job.stop_reason ?? (await stopReason(tx, job, { tasks: seen, overrun }));
  const tasks = await lockTasks(tx, { deployment_id }); // nobody claims, reports or ends one of them from here on
  if (reason !== null) return stop(tx, job, reason);
  if (hasFailed(tasks) && (await cancelRest(tx, job, 'another task of the plan has failed'))) return;
  const since = budgetMicros(tasks) - budgetMicros(seen); // reported between the look and the lock
  if (spent_micros > 0) await setAlarms(tx, deployment_id, left_micros - since);
  if (since > left_micros) tx.ring('execute', job.id); // more than was reserved: the next look stops it
  await startReady(tx, job, tasks);
}

const hasFailed = (tasks: Task[]): boolean => tasks.some(({ state }) => state === 'failed' || state === 'cancelled');

/** Cancels what has not begun. When there was something the job is looked at again, as it is then. */
async function cancelRest(tx: Tx, { id, deployment_id }: Job, reason: string): Promise<boolean> {
  const cancelled = await cancelTasks(tx, deployment_id, reason);
  if (cancelled.length > 0) tx.ring('execute', id);
  return cancelled.length > 0;
}

/** Queues tasks whose dependencies are done, and records those that have ended meanwhile. */
async function startReady(tx: Tx, job: Job, tasks: Task[]): Promise<void> {
  const states = taskStates(tasks, tx.at);
  const ready = readyTasks(states);
  const released = tasks.filter(({ name }) => ready.includes(name));
  if (released.length > 0) {
    await releaseTasks(
      tx,
      released.map((task) => ({ id: task.id, input: { ...task.input, outputs: outputsFor(task, states) } })),
    );
  }
  const ended = newlyEnded(tasks);
  if (ended.length === 0) return;
  await noteEnded(tx, ended);
  await moveJob(tx, job, { type: 'tasks_ended', tasks: ended.map(taskEnd) });
  tellEnded(tx, ended);
}

/** Tells running tasks to stop and cancels the others; over when the last holder has answered. */
async function stop(tx: Tx, job: Job, reason: StopReason): Promise<void> {
  if (job.stop_reason === null) await moveJob(tx, job, { type: 'stop_requested', reason });
  await cancelRest(tx, job, reason);
  await stopTasks(tx, job.deployment_id, reason);
}

const stopWords: Record<StopReason, string> = {
  cancel: 'It was cancelled.',
  time_limit: 'It reached its time limit.',
  budget: 'It used more than was reserved for it.',
};

interface Ending {
  outcome: Outcome;
  reason: string;
}

/** How a run ends whose tasks have all ended. What they used too much is told; there is nothing left to stop for it. */
function endingOf(
  { stop_reason }: Job,
  { tasks, outcome, overrun }: { tasks: Task[]; outcome: 'succeeded' | 'failed'; overrun: boolean },
): Ending {
  if (stop_reason !== null)
    return { outcome: stop_reason === 'cancel' ? 'cancelled' : 'failed', reason: stopWords[stop_reason] };
  const reason = outcome === 'succeeded' ? 'All its tasks succeeded.' : whyFailed(tasks);
  return { outcome, reason: overrun ? `${reason} ${stopWords.budget}` : reason };
}

/** The outcome is decided once, here; in the same transaction everything held is given back. */
async function end(tx: Tx, job: Job, { tasks, outcome, reason }: Ending & { tasks: Task[] }): Promise<void> {
  await giveBack(tx, job);
  const actual: Actual = actualOf(tasks, { started_at: job.started_at, at: tx.at });
  await storeOutcome(tx, { id: job.deployment_id, outcome, outcome_reason: reason, actual });
  const ended = newlyEnded(tasks);
  await moveJob(tx, job, { type: 'run_ended', outcome, reason, tasks: ended.map(taskEnd) });
  tellEnded(tx, ended);
}

/** Ends of tasks that no event of the job has told yet. */
const newlyEnded = (tasks: Task[]): Task[] => tasks.filter(({ ended_at, noted }) => ended_at !== null && !noted);

async function stopReason(
  tx: Tx,
  job: Job,
  { tasks, overrun }: { tasks: Task[]; overrun: boolean },
): Promise<StopReason | null> {
  if (overrun) return 'budget';
  if (job.stop_at !== null && job.stop_at <= tx.at) return 'time_limit';
  const { max_tokens } = await currentDefinition(tx, job);
  const { total_tokens } = actualOf(tasks, { started_at: job.started_at, at: tx.at });
  return max_tokens !== undefined && total_tokens > max_tokens ? 'budget' : null;
}

function whyFailed(tasks: Task[]): string {
  const failed = tasks.find(({ state }) => state === 'failed');
  return failed === undefined
    ? 'Its tasks were cancelled.'
    : `Task ${failed.name} failed: ${failed.last_error ?? 'no reason given'}`;
}
