/** Leases: renewed by heartbeats, and taken back. */
import { sql, type ExpressionBuilder } from 'kysely';
import { now, store } from '../../platform/database/statement.ts';
import type { TaskTable } from '../store.ts';
import { usageColumns, type TaskState } from '../task.ts';

interface Tables {
  tasks: TaskTable;
}

const { all, change } = store<{ tasks: TaskTable }>();

/** What an agent holds, locked; also where its lease has run out and nobody has taken it back yet. */
export const lockHeldBy = all((q, p: { agent_id: string }) =>
  q
    .selectFrom('tasks')
    .select(['id', 'fence', 'lease_until', 'started_at', 'stop_at', 'stop_reason'])
    .where('holder_id', '=', p.agent_id)
    .where('state', '=', 'running')
    .orderBy('id')
    .forUpdate(),
);

/** Renews an agent's live leases, those of stopped tasks excepted, and none past the task's time limit. */
export const renewLeases = change((q, p: { agent_id: string; seconds: number }) => {
  const lease = sql<Date>`case when stop_at < ${now(p.seconds)} then stop_at else ${now(p.seconds)} end`;
  return q
    .updateTable('tasks')
    .set({ lease_until: lease, due_at: lease })
    .where('holder_id', '=', p.agent_id)
    .where('state', '=', 'running')
    .where('stop_reason', 'is', null)
    .where('lease_until', '>', now());
});

/**
 * A delayed task is queued. A running one is withdrawn by its fence with its attempt counted: it ends when it was
 * told to stop or has no attempt left, else it is queued. Both go behind those that wait already.
 */
const takenBack = (row: ExpressionBuilder<Tables, 'tasks'>, p: { place: string; reason: string }) => ({
  state: sql<TaskState>`case
    when state = 'delayed' then 'queued'
    when stop_reason is not null then 'cancelled'
    when attempts >= max_attempts then 'failed'
    else 'queued' end`,
  fence: sql<number>`${row.ref('fence')} + case when state = 'running' then 1 else 0 end`,
  place: p.place,
  last_error: sql<string | null>`case
    when state = 'delayed' then last_error
    when stop_at <= ${now()} then 'the time limit was reached'
    else ${p.reason} end`,
  lease_until: null,
  due_at: null,
  queued_at: now(),
  ended_at: sql<Date | null>`case
    when state = 'running' and (stop_reason is not null or attempts >= max_attempts) then ${now()}
    else null end`,
});

export const takeBackOne = change((q, p: { id: string; fence: number; place: string; reason: string }) =>
  q
    .updateTable('tasks')
    .set((row) => takenBack(row, p))
    .where('id', '=', p.id)
    .where('fence', '=', p.fence)
    .where('state', '=', 'running')
    .returning(['id', 'job_id', 'queue_id', 'state', 'settled_as', ...usageColumns]),
);

/** All that an agent holds; it is locked. */
export const takeBackHeldBy = change((q, p: { agent_id: string; place: string; reason: string }) =>
  q
    .updateTable('tasks')
    .set((row) => takenBack(row, p))
    .where('holder_id', '=', p.agent_id)
    .where('state', '=', 'running')
    .returning(['id', 'job_id', 'queue_id', 'state', 'settled_as', ...usageColumns]),
);

/** Running tasks whose lease ran out and delayed ones whose time has come, oldest first. */
export const takeBackDue = change((q, p: { limit: number; place: string; reason: string }) =>
  q
    .updateTable('tasks')
    .set((row) => takenBack(row, p))
    .where('due_at', '<=', now())
    .where('id', 'in', (inner) =>
      inner
        .selectFrom('tasks')
        .select('id')
        .where('due_at', '<=', now())
        .orderBy('due_at')
        .limit(p.limit)
        .forUpdate()
        .skipLocked(),
    )
    .returning(['id', 'job_id', 'queue_id', 'state', 'settled_as', ...usageColumns]),
);
