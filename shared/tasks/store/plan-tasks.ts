/** What the road does with the tasks of a deployment. */
import { now, store } from '../../platform/database/statement.ts';
import type { Tx } from '../../platform/platform.ts';
import type { TaskTable } from '../store.ts';
import type { Task } from '../task.ts';

const { change } = store<{ tasks: TaskTable }>();

/** A new task as it is written. */
export type NewTaskRow = Pick<
  Task,
  | 'id'
  | 'job_id'
  | 'deployment_id'
  | 'name'
  | 'agent_id'
  | 'queue_id'
  | 'priority'
  | 'depends_on'
  | 'input'
  | 'max_attempts'
  | 'time_limit_seconds'
  | 'alarm_micros'
> & { state: 'waiting' | 'queued'; queued_at: Date | null };

const columns = [
  'id',
  'job_id',
  'deployment_id',
  'name',
  'agent_id',
  'queue_id',
  'state',
  'priority',
  'depends_on',
  'input',
  'max_attempts',
  'time_limit_seconds',
  'alarm_micros',
  'queued_at',
] as const satisfies (keyof NewTaskRow)[];

const mostRows = 8;

/** One statement for each number of rows, so that none is built at a call; parameter `id_0` is the first row's id. */
const inserts = Array.from({ length: mostRows }, (_, last) =>
  change((q, p: Record<string, unknown>) =>
    q.insertInto('tasks').values(
      Array.from({ length: last + 1 }, (_, i) => {
        const row = Object.fromEntries(columns.map((column) => [column, p[`${column}_${i}`]]));
        return { ...(row as NewTaskRow), place: row['id'] as string }; // placeholders of these columns
      }),
    ),
  ),
);

/** Writes new tasks, eight a statement. */
export async function insertTasks(tx: Tx, tasks: readonly NewTaskRow[]): Promise<void> {
  for (let from = 0; from < tasks.length; from += mostRows) {
    const rows = tasks.slice(from, from + mostRows);
    const named = rows.flatMap((row, i) => columns.map((column): [string, unknown] => [`${column}_${i}`, row[column]]));
    await inserts[rows.length - 1]?.(tx, Object.fromEntries(named));
  }
}

export const queueWaiting = change((q, p: Pick<Task, 'id' | 'input'>) =>
  q
    .updateTable('tasks')
    .set({ state: 'queued', input: p.input, queued_at: now() })
    .where('id', '=', p.id)
    .where('state', '=', 'waiting')
    .returning(['id', 'queue_id']),
);

/** Ends what has not begun. */
export const cancelUnstarted = change((q, p: { deployment_id: string; reason: string }) =>
  q
    .updateTable('tasks')
    .set({ state: 'cancelled', stop_reason: p.reason, due_at: null, ended_at: now() })
    .where('deployment_id', '=', p.deployment_id)
    .where('state', 'in', ['waiting', 'queued', 'delayed'])
    .returning('id'),
);

/** Tells the holders: at their next heartbeat, which renews no more. */
export const stopRunning = change((q, p: { deployment_id: string; reason: string }) =>
  q
    .updateTable('tasks')
    .set({ stop_reason: p.reason })
    .where('deployment_id', '=', p.deployment_id)
    .where('state', '=', 'running')
    .where('stop_reason', 'is', null)
    .returning('id'),
);

export const updateAlarm = change((q, p: { deployment_id: string; alarm_micros: number | null }) =>
  q.updateTable('tasks').set({ alarm_micros: p.alarm_micros }).where('deployment_id', '=', p.deployment_id),
);

export const noteEnds = change((q, p: { deployment_id: string }) =>
  q
    .updateTable('tasks')
    .set({ noted: true })
    .where('deployment_id', '=', p.deployment_id)
    .where('ended_at', 'is not', null),
);
