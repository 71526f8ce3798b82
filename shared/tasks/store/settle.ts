/** What the holder of a task writes: each guarded by id, fence and holder, so a lost holder writes nothing. */
import { sql } from 'kysely';
import { now, store } from '../../platform/database/statement.ts';
import type { Json } from '../../platform/wire.ts';
import type { TaskTable } from '../store.ts';
import { usageColumns, type Task, type TaskState } from '../task.ts';

const { change } = store<{ tasks: TaskTable }>();

export interface Held {
  id: string;
  fence: number;
  holder_id: string;
}

/** Usage of an attempt so far, with its cost; all zero where nothing was reported. */
export interface Spent {
  model: string | null;
  input_tokens: number;
  cached_tokens: number;
  output_tokens: number;
  cost_micros: number;
  priced: boolean;
}

/**
 * Reports may come late and out of order: the largest counts. What a price tells takes the place of what an agent
 * says of its cost, and is never mixed with it: only priced cost counts against a budget.
 */
const largest = (p: Spent) => ({
  model: sql<string | null>`coalesce(${p.model}, model)`,
  input_tokens: larger('input_tokens', p.input_tokens),
  cached_tokens: larger('cached_tokens', p.cached_tokens),
  output_tokens: larger('output_tokens', p.output_tokens),
  cost_micros: sql<number>`case
    when ${p.priced} = 1 and priced = 0 then ${p.cost_micros}
    when ${p.priced} = 0 and priced = 1 then cost_micros
    else ${larger('cost_micros', p.cost_micros)} end`,
  priced: sql<boolean>`case when ${p.priced} = 1 then 1 else priced end`,
});

const larger = (column: string, value: number) =>
  sql<number>`case when ${value} > ${sql.ref(column)} then ${value} else ${sql.ref(column)} end`;

/** A stop is answered by ending the task, whatever the answer. */
const unlessStopped = (state: 'succeeded' | 'queued') =>
  sql<TaskState>`case when stop_reason is null then ${sql.lit(state)} else 'cancelled' end`;

export const updateProgress = change((q, p: Held & Spent & { progress: number | null; note: string | null }) =>
  q
    .updateTable('tasks')
    .set({
      ...largest(p),
      progress: sql<number | null>`coalesce(${p.progress}, progress)`,
      progress_note: sql<string | null>`coalesce(${p.note}, progress_note)`,
    })
    .where('id', '=', p.id)
    .where('fence', '=', p.fence)
    .where('holder_id', '=', p.holder_id)
    .where('state', '=', 'running')
    .returning(['id', 'job_id', 'stop_reason', 'cost_micros', 'priced', 'earlier_budget_micros', 'alarm_micros']),
);

export const updateCompleted = change((q, p: Held & Spent & { output: Record<string, Json> }) =>
  q
    .updateTable('tasks')
    .set({
      ...largest(p),
      state: unlessStopped('succeeded'),
      settled_as: unlessStopped('succeeded'),
      output: p.output,
      progress: 1,
      lease_until: null,
      due_at: null,
      ended_at: now(),
    })
    .where('id', '=', p.id)
    .where('fence', '=', p.fence)
    .where('holder_id', '=', p.holder_id)
    .where('state', '=', 'running')
    .returning(['id', 'job_id', 'state', 'stop_reason']),
);

export interface Failed {
  state: 'delayed' | 'failed' | 'cancelled';
  last_error: string;
  place: string;
  due_in_seconds: number | null;
  ended_at: Date | null;
}

export const updateFailed = change((q, p: Held & Spent & Failed) =>
  q
    .updateTable('tasks')
    .set({
      ...largest(p),
      state: p.state,
      settled_as: p.state,
      last_error: p.last_error,
      place: p.place,
      lease_until: null,
      due_at: now(p.due_in_seconds),
      ended_at: p.ended_at,
    })
    .where('id', '=', p.id)
    .where('fence', '=', p.fence)
    .where('holder_id', '=', p.holder_id)
    .where('state', '=', 'running')
    .returning(usageColumns),
);

/** The attempt does not count. */
export const updateReleased = change((q, p: Held & Spent) =>
  q
    .updateTable('tasks')
    .set((row) => ({
      ...largest(p),
      state: unlessStopped('queued'),
      settled_as: unlessStopped('queued'),
      attempts: row('attempts', '-', 1),
      lease_until: null,
      due_at: null,
      queued_at: now(),
      ended_at: sql<Date | null>`case when stop_reason is null then null else ${now()} end`,
    }))
    .where('id', '=', p.id)
    .where('fence', '=', p.fence)
    .where('holder_id', '=', p.holder_id)
    .where('state', '=', 'running')
    .returning(['id', 'job_id', 'queue_id', 'state', 'stop_reason', ...usageColumns]),
);

export type SettledRow = Pick<Task, 'id' | 'job_id' | 'state' | 'stop_reason'>;
