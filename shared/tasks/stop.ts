/** Ends what has not begun, and asks what runs to stop. */
import type { Tx } from '../platform/platform.ts';
import { cancelUnstarted, stopRunning, updateAlarms } from './store/plan-tasks.ts';

/** Waiting, queued and delayed tasks will not run; running ones go on. Gives the ids of those it has cancelled. */
export async function cancelTasks(tx: Tx, deployment_id: string, reason: string): Promise<string[]> {
  return (await cancelUnstarted(tx, { deployment_id, reason })).map(({ id }) => id);
}

/** Running tasks are told at their next report or heartbeat, which renews them no more. */
export async function stopTasks(tx: Tx, deployment_id: string, reason: string): Promise<void> {
  await stopRunning(tx, { deployment_id, reason });
}

/** Progress tells the execute stage at once when a task has cost this much more than now, in micro-dollars. */
export async function setAlarms(tx: Tx, deployment_id: string, left_micros: number): Promise<void> {
  await updateAlarms(tx, { deployment_id, left_micros });
}
