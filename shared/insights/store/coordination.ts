/** What agents hold, and could hold. */
import { sql } from 'kysely';
import { now, store } from '../../platform/database/statement.ts';
import { mayHold } from '../../tasks/store/may-hold.ts';

const { first } = store<{
  agents: { id: string; state: string; last_seen_at: Date | null };
  tasks: { id: string; state: string; holder_id: string | null; lease_until: Date | null; assigned_by: string | null };
}>();

const count = sql<number>`count(*)`.as('count');

/** Agents that have called since then, which is in the past: how many, and what they may hold at once. */
export const agentsAtWork = first((q, p: { from_now_seconds: number }) =>
  q
    .selectFrom('agents')
    .select([count, sql<number | null>`sum(${mayHold})`.as('room')])
    .where('state', '=', 'active')
    .where('last_seen_at', '>', now(p.from_now_seconds)),
);

/** Live leases of those agents. */
export const liveTasks = first((q, p: { from_now_seconds: number }) =>
  q
    .selectFrom('agents')
    .innerJoin('tasks', 'tasks.holder_id', 'agents.id')
    .select(count)
    .where('agents.state', '=', 'active')
    .where('agents.last_seen_at', '>', now(p.from_now_seconds))
    .where('tasks.state', '=', 'running')
    .where('tasks.lease_until', '>', now()),
);

export const assignedTasks = first((q, _: Record<never, never>) =>
  q.selectFrom('tasks').select(count).where('assigned_by', 'is not', null),
);
