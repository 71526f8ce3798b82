/** Takes back tasks whose lease ran out, and queues those whose wait is over. */
import type { Tx } from '../platform/platform.ts';
import { queueHint } from './queue-name.ts';
import { takeBackDue, takeBackOne } from './store/leases.ts';
import type { Task } from './task.ts';

/** At most `limit` tasks, in one statement. Gives the jobs of those that ended: their execute stage is to be rung. */
export async function sweepTasks(tx: Tx, limit: number): Promise<string[]> {
  const rows = await takeBackDue(tx, { limit, place: tx.newId('task'), reason: 'its lease ran out' });
  return tellOf(tx, rows);
}

/** Takes back a lease of which its holder does not know, at once; rings for the job if that ends the task. */
export async function takeBack(tx: Tx, { id, fence }: Pick<Task, 'id' | 'fence'>): Promise<void> {
  const rows = await takeBackOne(tx, { id, fence, place: tx.newId('task'), reason: 'its holder did not know of it' });
  for (const job_id of tellOf(tx, rows)) tx.ring('execute', job_id);
}

/** Wakes the claims that wait for what is queued; gives the jobs of the others. */
function tellOf(tx: Tx, rows: readonly Pick<Task, 'job_id' | 'queue_id' | 'state'>[]): string[] {
  for (const { state, queue_id } of rows) if (state === 'queued') tx.hint(queueHint(queue_id));
  return [...new Set(rows.filter(({ state }) => state !== 'queued').map(({ job_id }) => job_id))];
}
