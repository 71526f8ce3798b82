/** A task of a deployment: a row of the queue. */
import { z } from 'zod';
import { usdOf } from '../platform/money.ts';
import { jsonObject, time, type Json } from '../platform/wire.ts';

export const taskStates = ['waiting', 'queued', 'delayed', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type TaskState = (typeof taskStates)[number];

/** The row. Times are the database's. */
export interface Task {
  id: string;
  job_id: string;
  deployment_id: string;
  name: string;
  /** To whom it is addressed; null: to whoever has the capabilities. */
  agent_id: string | null;
  queue_id: string;
  /** Its place among those of its priority: its id, or after a counted attempt a later one. */
  place: string;
  state: TaskState;
  priority: number;
  depends_on: string[];
  /** The step of the plan that it undoes; null: it is a part of the run. */
  undoes: string | null;
  /** Who added it to the plan, and why its agent was chosen; null: it is of the plan. */
  assigned_by: string | null;
  assigned_because: string | null;
  input: Record<string, Json>;
  output: Record<string, Json> | null;
  max_attempts: number;
  time_limit_seconds: number;
  /** Who has it, or had it last. */
  holder_id: string | null;
  claim_id: string | null;
  stop_reason: string | null;
  progress: number | null;
  progress_note: string | null;
  model: string | null;
  /** Usage of the present or last attempt. */
  input_tokens: number;
  cached_tokens: number;
  output_tokens: number;
  cost_micros: number;
  /** Whether `cost_micros` comes from a price, and so counts against budgets. */
  priced: boolean;
  /** Usage of the attempts before. */
  earlier_tokens: number;
  earlier_cost_micros: number;
  earlier_budget_micros: number;
  /** A cost above this tells the execute stage at once; null: no budget to watch. */
  alarm_micros: number | null;
  last_error: string | null;
  /** How the holder of this fence settled it; a repeat gets the same answer. */
  settled_as: TaskState | null;
  /** Whether an event of the job tells its end. */
  noted: boolean;
  due_at: Date | null;
  attempts: number;
  fence: number;
  lease_until: Date | null;
  queued_at: Date | null;
  started_at: Date | null;
  /** When the time limit of the present attempt is reached. */
  stop_at: Date | null;
  ended_at: Date | null;
}

/** What an attempt has used, as it is told. */
export const usageColumns = ['model', 'input_tokens', 'output_tokens'] as const;
export type Usage = Pick<Task, (typeof usageColumns)[number]>;

export const TaskAnswer = z
  .strictObject({
    task_id: z.string(),
    job_id: z.string(),
    deployment_id: z.string(),
    name: z.string(),
    agent_id: z.string().nullable().describe('to whom it is addressed'),
    state: z.enum(taskStates),
    priority: z.int(),
    depends_on: z.array(z.string()),
    undoes: z.string().nullable().describe('the step of the plan that it undoes'),
    assigned_by: z.string().nullable().describe('the supervisor that added it to the plan'),
    assigned_because: z.string().nullable(),
    input: jsonObject,
    output: jsonObject.nullable(),
    attempts: z.int(),
    max_attempts: z.int(),
    time_limit_seconds: z.number(),
    holder_id: z.string().nullable().describe('who has it, or had it last'),
    stop_reason: z.string().nullable(),
    progress: z.number().nullable(),
    progress_note: z.string().nullable(),
    model: z.string().nullable(),
    tokens: z.number().describe('of all attempts'),
    cost_usd: z.number().describe('of all attempts'),
    last_error: z.string().nullable(),
    lease_until: time.nullable(),
    queued_at: time.nullable(),
    started_at: time.nullable(),
    ended_at: time.nullable(),
  })
  .meta({ id: 'Task' });

export type TaskAnswer = z.output<typeof TaskAnswer>;

export const taskAnswer = (task: Task): TaskAnswer => ({
  task_id: task.id,
  job_id: task.job_id,
  deployment_id: task.deployment_id,
  name: task.name,
  agent_id: task.agent_id,
  state: task.state,
  priority: task.priority,
  depends_on: task.depends_on,
  undoes: task.undoes,
  assigned_by: task.assigned_by,
  assigned_because: task.assigned_because,
  input: task.input,
  output: task.output,
  attempts: task.attempts,
  max_attempts: task.max_attempts,
  time_limit_seconds: task.time_limit_seconds,
  holder_id: task.holder_id,
  stop_reason: task.stop_reason,
  progress: task.progress,
  progress_note: task.progress_note,
  model: task.model,
  tokens: task.input_tokens + task.output_tokens + task.earlier_tokens,
  cost_usd: usdOf(task.cost_micros + task.earlier_cost_micros),
  last_error: task.last_error,
  lease_until: task.lease_until,
  queued_at: task.queued_at,
  started_at: task.started_at,
  ended_at: task.ended_at,
});
