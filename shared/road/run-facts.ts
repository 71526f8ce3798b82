/** What the tasks of a run amount to. Pure. */
import type { Json } from '../platform/wire.ts';
import type { Actual } from '../deployments/deployment.ts';
import type { TaskState } from '../deployments/plan.ts';
import type { Task } from '../tasks/task.ts';

const defaultSeconds = 60;

/** Tokens, money and time of all attempts of all tasks; money whether or not a budget counts it. */
export function actualOf(tasks: readonly Task[], { started_at, at }: { started_at: Date | null; at: Date }): Actual {
  const total = (count: (task: Task) => number) => tasks.reduce((sum, task) => sum + count(task), 0);
  const earlier = total(({ earlier_tokens }) => earlier_tokens);
  const input_tokens = total(({ input_tokens }) => input_tokens);
  const output_tokens = total(({ output_tokens }) => output_tokens);
  return {
    input_tokens,
    cached_tokens: total(({ cached_tokens }) => cached_tokens),
    output_tokens,
    total_tokens: input_tokens + output_tokens + earlier,
    cost_micros: total(({ cost_micros, earlier_cost_micros }) => cost_micros + earlier_cost_micros),
    duration_seconds: started_at === null ? 0 : Math.max(0, (at.getTime() - started_at.getTime()) / 1000),
    tasks: tasks.map((task) => taskActual(task, at)),
  };
}

const taskActual = (task: Task, at: Date) => ({
  name: task.name,
  undoes: task.undoes,
  agent_id: task.holder_id ?? task.agent_id,
  succeeded: task.state === 'succeeded',
  ended: task.state === 'succeeded' || task.state === 'failed',
  ended_at: task.ended_at?.toISOString() ?? null,
  tokens: task.input_tokens + task.output_tokens + task.earlier_tokens,
  cost_micros: task.cost_micros + task.earlier_cost_micros,
  duration_seconds: elapsedSeconds(task, at),
});

/** What counts against a budget: cost by a price, of every attempt. */
export const budgetMicros = (tasks: readonly Task[]): number =>
  tasks.reduce((sum, task) => sum + (task.priced ? task.cost_micros : 0) + task.earlier_budget_micros, 0);

/** Tasks as the plan sees them; `expected` gives seconds by history for the task of a name. */
export const taskStates = (
  tasks: readonly Task[],
  at: Date,
  expected: ReadonlyMap<string, number> = new Map(),
): TaskState[] =>
  tasks.map((task) => ({
    name: task.name,
    state: task.state,
    depends_on: task.depends_on,
    progress: task.progress,
    output: task.output,
    expected_seconds: expected.get(task.name) ?? defaultSeconds,
    elapsed_seconds: elapsedSeconds(task, at),
  }));

const elapsedSeconds = ({ started_at, ended_at }: Task, at: Date): number =>
  started_at === null ? 0 : Math.max(0, ((ended_at ?? at).getTime() - started_at.getTime()) / 1000);

/** A task's end as an event of its job tells it. */
export const taskEnd = (task: Task): Json => ({
  name: task.name,
  state: task.state,
  agent: task.holder_id ?? task.agent_id,
  attempts: task.attempts,
  tokens: task.input_tokens + task.output_tokens + task.earlier_tokens,
  ...(task.last_error === null ? {} : { error: task.last_error }),
});
