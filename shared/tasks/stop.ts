/** Ends what has not begun, and asks what runs to stop. */
import type { Tx } from '../platform/platform.ts';
import { cancelUnstarted, stopRunning, updateAlarm } from './store/plan-tasks.ts';

/** Waiting, queued and delayed tasks will not run; running ones go on. Gives the ids of those it has cancelled. */
export async function cancelTasks(tx: Tx, deployment_id: string, reason: string): Promise<string[]> {
  return (await cancelUnstarted(tx, { deployment_id, reason })).map(({ id }) => id);
}

/** Running tasks are told at their next report or heartbeat, which renews them no more. */
export async function stopTasks(tx: Tx, deployment_id: string, reason: string): Promise<void> {
  await stopRunning(tx, { deployment_id, reason });
}

/** From which cost of a task on, in micro-dollars, progress tells the execute stage at once; null: never. */
export async function setAlarm(tx: Tx, deployment_id: string, alarm_micros: number | null): Promise<void> {
  await updateAlarm(tx, { deployment_id, alarm_micros });
}
