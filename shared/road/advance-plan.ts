/** One look at a running job: what was spent, what may start, what must stop, and whether it is over. */
import type { Tx } from '../platform/platform.ts';
import { commit } from '../budgets/reserve.ts';
import { outputsFor, planOutcome, readyTasks } from '../deployments/plan.ts';
import type { Job, StopReason } from '../jobs/job.ts';
import { setAlarms } from '../tasks/stop.ts';
import { lockTasks, tasksOf } from '../tasks/store.ts';
import type { Task } from '../tasks/task.ts';
import { compensate } from './compensate.ts';
import { currentDefinition } from './current.ts';
import { endRun, usedTooMuch, type Ending } from './end-run.ts';
import { actualOf, budgetMicros, taskStates } from './run-facts.ts';
import { startReady } from './start-ready.ts';
import { cancelRest, isLate, stopRun } from './stop-run.ts';

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
  if (reason !== null) return stopRun(tx, job, reason);
  if (hasFailed(tasks) && (await cancelRest(tx, job, 'another task of the plan has failed'))) return;
  const since = budgetMicros(tasks) - budgetMicros(seen); // reported between the look and the lock
  if (spent_micros > 0) await setAlarms(tx, deployment_id, left_micros - since);
  if (since > left_micros) tx.ring('execute', job.id); // more than was reserved: the next look stops it
  await startReady(tx, job, { tasks, ready: readyIn(tasks, tx.at) });
}

export const hasFailed = (tasks: readonly Pick<Task, 'state'>[]): boolean =>
  tasks.some(({ state }) => state === 'failed' || state === 'cancelled');

/** Tasks whose dependencies are done, with the outputs of those. */
function readyIn(tasks: Task[], at: Date) {
  const states = taskStates(tasks, at);
  const ready = readyTasks(states);
  return tasks
    .filter(({ name }) => ready.includes(name))
    .map((task) => ({ id: task.id, input: { ...task.input, outputs: outputsFor(task, states) } }));
}

const stopWords: Record<StopReason, string> = {
  cancel: 'It was cancelled.',
  time_limit: 'It reached its time limit.',
  budget: usedTooMuch,
};

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

/** A run that has failed is undone first, where it says how. One that was cancelled stays as it is. */
async function end(tx: Tx, job: Job, ending: Ending & { tasks: Task[] }): Promise<void> {
  if (ending.outcome === 'failed' && (await compensate(tx, job, ending))) return;
  await endRun(tx, job, ending);
}

async function stopReason(
  tx: Tx,
  job: Job,
  { tasks, overrun }: { tasks: Task[]; overrun: boolean },
): Promise<StopReason | null> {
  if (overrun) return 'budget';
  if (isLate(job, tx.at)) return 'time_limit';
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
