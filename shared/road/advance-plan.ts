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
import { lockTasks } from '../tasks/store.ts';
import { tellEnded } from '../tasks/tell.ts';
import type { Task } from '../tasks/task.ts';
import { currentDefinition } from './current.ts';
import { giveBack } from './give-back.ts';
import { actualOf, budgetMicros, taskEnd, taskStates } from './run-facts.ts';

/** The `executing` handler of executeJob; may run at any time and any number of times. */
export async function advancePlan(tx: Tx, job: Job): Promise<void> {
  const tasks = await lockTasks(tx, { deployment_id: job.deployment_id });
  const { overrun, spent_micros, left_micros } = await commit(tx, job.deployment_id, budgetMicros(tasks));
  if (job.stop_reason === null && isDone(tasks)) {
    const reason = overrun ? `${allSucceeded} ${stopWords.budget}` : allSucceeded; // nothing is left to stop
    return end(tx, job, { tasks, outcome: 'succeeded', reason });
  }
  const reason = job.stop_reason ?? (await stopReason(tx, job, { tasks, overrun }));
  if (reason !== null) return stop(tx, job, { tasks, reason });
  const left = hasFailed(tasks) ? await cancelRest(tx, tasks, 'another task of the plan has failed') : tasks;
  const outcome = planOutcome(taskStates(left, tx.at));
  if (outcome !== 'open') return end(tx, job, { tasks: left, outcome, reason: whyFailed(left) });
  if (spent_micros > 0) await setAlarms(tx, job.deployment_id, left_micros);
  await startReady(tx, job, left);
}

const isDone = (tasks: Task[]): boolean => tasks.every(({ state }) => state === 'succeeded');
const hasFailed = (tasks: Task[]): boolean => tasks.some(({ state }) => state === 'failed' || state === 'cancelled');

/** Cancels what has not begun; gives the tasks as they are then, so that an event tells of these ends too. */
async function cancelRest(tx: Tx, tasks: Task[], reason: string): Promise<Task[]> {
  const [first] = tasks;
  const cancelled = new Set(first === undefined ? [] : await cancelTasks(tx, first.deployment_id, reason));
  return tasks.map((task) =>
    cancelled.has(task.id) ? { ...task, state: 'cancelled', stop_reason: reason, ended_at: tx.at } : task,
  );
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
  await noteEnded(tx, job.deployment_id);
  await moveJob(tx, job, { type: 'tasks_ended', tasks: ended.map(taskEnd) });
  tellEnded(tx, ended);
}

/** Tells running tasks to stop and cancels the others; over when the last holder has answered. */
async function stop(tx: Tx, job: Job, { tasks, reason }: { tasks: Task[]; reason: StopReason }): Promise<void> {
  const stopped = job.stop_reason === null ? await moveJob(tx, job, { type: 'stop_requested', reason }) : job;
  const left = await cancelRest(tx, tasks, reason);
  await stopTasks(tx, job.deployment_id, reason);
  if (left.some(({ state }) => state === 'running')) return;
  const outcome = reason === 'cancel' ? 'cancelled' : 'failed';
  await end(tx, stopped, { tasks: left, outcome, reason: stopWords[reason] });
}

const stopWords: Record<StopReason, string> = {
  cancel: 'It was cancelled.',
  time_limit: 'It reached its time limit.',
  budget: 'It used more than was reserved for it.',
};

interface Ending {
  tasks: Task[];
  outcome: Outcome;
  reason: string;
}

/** The outcome is decided once, here; in the same transaction everything held is given back. */
async function end(tx: Tx, job: Job, { tasks, outcome, reason }: Ending): Promise<void> {
  await giveBack(tx, job, tasks);
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

const allSucceeded = 'All its tasks succeeded.';

function whyFailed(tasks: Task[]): string {
  const failed = tasks.find(({ state }) => state === 'failed');
  return failed === undefined
    ? 'Its tasks were cancelled.'
    : `Task ${failed.name} failed: ${failed.last_error ?? 'no reason given'}`;
}
