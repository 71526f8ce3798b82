/** The end of a run: its outcome is decided once, and in the same transaction everything held is given back. */
import type { Tx } from '../platform/platform.ts';
import { storeOutcome } from '../deployments/store.ts';
import type { Job, Outcome } from '../jobs/job.ts';
import { moveJob } from '../jobs/move.ts';
import type { ProblemCode } from '../problems.ts';
import type { Task } from '../tasks/task.ts';
import { tellEnded } from '../tasks/tell.ts';
import { giveBack } from './give-back.ts';
import { actualOf, taskEnd } from './run-facts.ts';

export interface Ending {
  outcome: Outcome;
  reason: string;
  /** Where there is a word for it. */
  code?: ProblemCode;
}

/** Told of each run whose usage is beyond its reservation. */
export const usedTooMuch = 'It used more than was reserved for it.';

export async function endRun(tx: Tx, job: Job, { tasks, ...ending }: Ending & { tasks: Task[] }): Promise<void> {
  await giveBack(tx, job);
  const actual = actualOf(tasks, { started_at: job.started_at, at: tx.at });
  const { outcome, reason: outcome_reason } = ending;
  await storeOutcome(tx, { id: job.deployment_id, outcome, outcome_reason, actual });
  const ended = newlyEnded(tasks);
  await moveJob(tx, job, { type: 'run_ended', ...ending, tasks: ended.map(taskEnd) });
  tellEnded(tx, ended);
}

/** Ends of tasks that no event of the job has told yet. */
export const newlyEnded = (tasks: Task[]): Task[] => tasks.filter(({ ended_at, noted }) => ended_at !== null && !noted);
