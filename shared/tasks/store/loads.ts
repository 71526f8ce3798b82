/** How busy agents are. */
import { sql } from 'kysely';
import { now, store } from '../../platform/database/statement.ts';

const { among } = store<{
  tasks: { id: string; queue_id: string; state: string; holder_id: string | null; lease_until: Date | null };
}>();

const count = sql<number>`count(*)`.as('count');

/** Live leases of each holder that has any. */
export const heldBy = among((q, agent_ids: string[]) =>
  q
    .selectFrom('tasks')
    .select(['holder_id', count])
    .where('holder_id', 'in', agent_ids)
    .where('state', '=', 'running')
    .where('lease_until', '>', now())
    .groupBy('holder_id'),
);

/** Tasks that wait in each queue that has any. */
export const queuedIn = among((q, queue_ids: string[]) =>
  q
    .selectFrom('tasks')
    .select(['queue_id', count])
    .where('queue_id', 'in', queue_ids)
    .where('state', '=', 'queued')
    .groupBy('queue_id'),
);
