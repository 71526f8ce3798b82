/** A stop: what has not begun is cancelled, what runs is told, and the job goes on when the last holder has answered. */
import type { Tx } from '../platform/platform.ts';
import type { Job, StopReason } from '../jobs/job.ts';
import { moveJob } from '../jobs/move.ts';
import { cancelTasks, stopTasks } from '../tasks/stop.ts';

/** Tells running tasks to stop and cancels the others; over when the last holder has answered. */
export async function stopRun(tx: Tx, job: Job, reason: StopReason): Promise<void> {
  if (job.stop_reason === null) await moveJob(tx, job, { type: 'stop_requested', reason });
  await cancelRest(tx, job, reason);
  await stopTasks(tx, job.deployment_id, reason);
}

/** Cancels what has not begun. When there was something the job is looked at again, as it is then. */
export async function cancelRest(tx: Tx, { id, deployment_id }: Job, reason: string): Promise<boolean> {
  const cancelled = await cancelTasks(tx, deployment_id, reason);
  if (cancelled.length > 0) tx.ring('execute', id);
  return cancelled.length > 0;
}

export const isLate = ({ stop_at }: Pick<Job, 'stop_at'>, at: Date): boolean => stop_at !== null && stop_at <= at;
