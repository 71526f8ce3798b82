/** Takes back tasks whose lease ran out, and queues those whose wait is over. */
import type { Tx } from '../platform/platform.ts';
import { queueHint } from './queue-name.ts';
import { lockHeldBy, takeBackDue, takeBackHeldBy, takeBackOne } from './store/leases.ts';
import type { Task, Usage } from './task.ts';
import { tellAttempts } from './tell.ts';

/** At most `limit` tasks, in one statement. Gives the jobs of those that ended: their execute stage is to be rung. */
export async function sweepTasks(tx: Tx, limit: number): Promise<string[]> {
  const rows = await takeBackDue(tx, { limit, place: tx.newId('task'), reason: 'its lease ran out' });
  return tellOf(tx, rows);
}

/**
 * Takes back leases of which their holder does not know, at once; rings for the jobs whose tasks that ends. All go to one
 * place, where they keep the order of their ids.
 */
export async function takeBack(tx: Tx, leases: readonly Pick<Task, 'id' | 'fence'>[]): Promise<void> {
  const place = tx.newId('task');
  for (const { id, fence } of leases) {
    const rows = await takeBackOne(tx, { id, fence, place, reason: 'its holder did not know of it' });
    for (const job_id of tellOf(tx, rows)) tx.ring('execute', job_id);
  }
}

/** Takes back all that an agent holds, whose row is locked; rings for the jobs whose tasks that ends. Counts what became of them. */
export async function takeBackAll(tx: Tx, agent_id: string): Promise<{ queued: number; ended: number }> {
  if ((await lockHeldBy(tx, { agent_id })).length === 0) return { queued: 0, ended: 0 };
  const rows = await takeBackHeldBy(tx, { agent_id, place: tx.newId('task'), reason: 'its holder was isolated' });
  for (const job_id of tellOf(tx, rows)) tx.ring('execute', job_id);
  const queued = rows.filter(({ state }) => state === 'queued').length;
  return { queued, ended: rows.length - queued };
}

/**
 * Wakes the claims that wait for what is queued; gives the jobs of the others. An attempt that was settled, as a delayed
 * task's was, has been told then.
 */
function tellOf(tx: Tx, rows: readonly TakenBack[]): string[] {
  const queued = rows.filter(({ state }) => state === 'queued');
  for (const { queue_id } of queued) tx.hint(queueHint(queue_id));
  tellAttempts(
    tx,
    queued.filter(({ settled_as }) => settled_as === null),
  );
  return [...new Set(rows.filter(({ state }) => state !== 'queued').map(({ job_id }) => job_id))];
}

type TakenBack = Usage & Pick<Task, 'job_id' | 'queue_id' | 'state' | 'settled_as'>;
