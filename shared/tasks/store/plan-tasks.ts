/** What the road does with the tasks of a deployment. */
import { now, store } from '../../platform/database/statement.ts';
import type { Tx } from '../../platform/platform.ts';
import type { TaskTable } from '../store.ts';
import type { Task } from '../task.ts';
import { budgetCost } from './budget-cost.ts';

const { among, change, rows } = store<{ tasks: TaskTable }>();

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
  | 'undoes'
  | 'assigned_by'
  | 'assigned_because'
> & { state: 'waiting' | 'queued'; queued_at: Date | null };

/** At most so many rows a statement: parameters of a statement are limited. */
const atOnce = 16;

const insertSome = rows((q, tasks: NewTaskRow[]) =>
  q.insertInto('tasks').values(
    tasks.map((task) => ({
      id: task.id,
      job_id: task.job_id,
      deployment_id: task.deployment_id,
      name: task.name,
      agent_id: task.agent_id,
      queue_id: task.queue_id,
      place: task.id,
      state: task.state,
      priority: task.priority,
      depends_on: task.depends_on,
      input: task.input,
      max_attempts: task.max_attempts,
      time_limit_seconds: task.time_limit_seconds,
      alarm_micros: task.alarm_micros,
      queued_at: task.queued_at,
      undoes: task.undoes,
      assigned_by: task.assigned_by,
      assigned_because: task.assigned_because,
    })),
  ),
);

/** Writes new tasks, sixteen a statement. */
export async function insertTasks(tx: Tx, tasks: readonly NewTaskRow[]): Promise<void> {
  for (let from = 0; from < tasks.length; from += atOnce) await insertSome(tx, tasks.slice(from, from + atOnce));
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

/** Held against what the task has cost the budget in all its attempts. */
export const updateAlarms = change((q, p: { deployment_id: string; left_micros: number }) =>
  q
    .updateTable('tasks')
    .set((row) => ({
      alarm_micros: row(row('earlier_budget_micros', '+', p.left_micros), '+', budgetCost), // so the value has its type
    }))
    .where('deployment_id', '=', p.deployment_id)
    .where('ended_at', 'is', null),
);

export const noteEnds = among((q, ids: string[]) =>
  q.updateTable('tasks').set({ noted: true }).where('id', 'in', ids).returning('id'),
);
