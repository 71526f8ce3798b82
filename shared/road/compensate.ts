/** A run that has failed is undone: a task for each done step that has a compensation, newest first. */
import type { Tx } from '../platform/platform.ts';
import { raiseActionItem } from '../access/action-items.ts';
import { newestOfDeployment } from '../approvals/store.ts';
import { commit } from '../budgets/reserve.ts';
import { readyUndos, undoOutcome, undosOf } from '../deployments/undo.ts';
import type { Job } from '../jobs/job.ts';
import { moveJob } from '../jobs/move.ts';
import { noteEnded } from '../tasks/queue.ts';
import { lockTasks, tasksOf } from '../tasks/store.ts';
import type { Task } from '../tasks/task.ts';
import { tellEnded } from '../tasks/tell.ts';
import { currentDeployment } from './current.ts';
import { endRun, newlyEnded, usedTooMuch, type Ending } from './end-run.ts';
import { queuePlan } from './queue-plan.ts';
import { budgetMicros, taskEnd, taskStates } from './run-facts.ts';
import { startReady } from './start-ready.ts';
import { isLate, stopRun } from './stop-run.ts';

interface Failed {
  /** All of them have ended. */
  tasks: Task[];
  reason: string;
}

/** Begins the undoing. False where there is nothing to undo: nothing has happened then. */
export async function compensate(tx: Tx, job: Job, { tasks, reason }: Failed): Promise<boolean> {
  const { definition, alone_because } = await currentDeployment(tx, job);
  const plan = alone_because === null ? undosOf(definition.plan, tasks) : []; // alone, its task is no step of the plan
  if (plan.length === 0) return false;
  await queuePlan(tx, job, { definition, plan, alarm_micros: null });
  const ended = newlyEnded(await lockTasks(tx, { deployment_id: job.deployment_id }));
  if (ended.length > 0) await noteEnded(tx, ended);
  const undoing = plan.map(({ undoes }) => undoes);
  await moveJob(tx, job, { type: 'run_failed', reason, undoing, tasks: ended.map(taskEnd) });
  tellEnded(tx, ended);
  return true;
}

/**
 * The `compensating` handler of executeJob; may run at any time and any number of times, as `advancePlan` may. What is
 * spent beyond the reservation counts and stops nothing here (docs/decisions/compensation.md).
 */
export async function advanceCompensation(tx: Tx, job: Job): Promise<void> {
  const { deployment_id } = job;
  const seen = await tasksOf(tx, { deployment_id });
  await commit(tx, deployment_id, budgetMicros(seen));
  const outcome = undoOutcome(taskStates(undosIn(seen), tx.at));
  if (outcome !== 'open') return endUndone(tx, job, seen);
  const reason = job.stop_reason ?? (isLate(job, tx.at) ? 'time_limit' : null);
  const tasks = await lockTasks(tx, { deployment_id }); // nobody claims, reports or ends one of them from here on
  if (reason !== null) return stopRun(tx, job, reason);
  const ready = readyUndos(taskStates(undosIn(tasks), tx.at));
  await startReady(tx, job, { tasks, ready: tasks.filter(({ name }) => ready.includes(name)) });
}

const undosIn = (tasks: Task[]): Task[] => tasks.filter(({ undoes }) => undoes !== null);

async function endUndone(tx: Tx, job: Job, tasks: Task[]): Promise<void> {
  const { cost_ceiling_micros = 0 } = (await newestOfDeployment(tx, { deployment_id: job.deployment_id })) ?? {};
  const overrun = budgetMicros(tasks) > cost_ceiling_micros;
  const ending = undoneEnding(job, { undos: undosIn(tasks), overrun });
  if (ending.code !== undefined)
    await raiseActionItem(tx, { code: ending.code, subject: job.id, detail: ending.reason });
  await endRun(tx, job, { tasks, ...ending });
}

/** How a job ends whose undoing is over. The reason begins with why its run failed. */
function undoneEnding(
  { outcome_reason, stop_reason }: Job,
  { undos, overrun }: { undos: Task[]; overrun: boolean },
): Ending {
  const why = outcome_reason ?? 'It failed';
  const money = overrun && !why.includes(usedTooMuch) ? ` ${usedTooMuch}` : '';
  const failed = `${why}${why.endsWith('.') ? '' : '.'}${money}`;
  const left = undos.filter(({ output }) => output === null);
  if (left.length === 0) return { outcome: 'rolled_back', reason: `${failed} What it had done is undone.` };
  const stopped = stop_reason === null ? '' : ` The undoing was stopped (${stop_reason.replace('_', ' ')}).`;
  const not = left.map(({ undoes, last_error }) => `${undoes}${last_error === null ? '' : ` (${last_error})`}`);
  return {
    ...{ outcome: 'failed', code: 'compensation_failed' },
    reason: `${failed}${stopped} compensation_failed: not undone: ${not.join(', ')}.`,
  };
}
