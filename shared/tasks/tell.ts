/** Tells what agents did for a task, by the semantic conventions of generative AI (`gen_ai.*`). */
import type { Tx } from '../platform/platform.ts';
import { mask } from '../platform/telemetry/mask.ts';
import type { Attributes, Telemetry } from '../platform/telemetry/telemetry.ts';
import type { Task, Usage } from './task.ts';

/** How long tasks waited that were taken, by the database's time when the claim began. A repeat tells nothing anew. */
export function tellWaits(telemetry: Telemetry, tasks: readonly Task[], at: Date): void {
  for (const { queued_at, started_at, priority } of tasks) {
    if (queued_at === null || started_at === null || started_at < at) continue;
    telemetry.measure('muster.task.queue.duration', seconds(queued_at, started_at), {
      'muster.task.priority': priority,
    });
  }
}

/** Attempts that are over, though their tasks are not. */
export function tellAttempts(tx: Tx, attempts: readonly Usage[]): void {
  for (const attempt of attempts) tellUsage(tx, attempt);
}

/** The last attempts at tasks that have ended, each as a span of its job's trace from claim to end. */
export function tellEnded(tx: Tx, tasks: readonly Task[]): void {
  for (const task of tasks) tellWork(tx, task);
}

function tellWork(tx: Tx, task: Task): void {
  const { holder_id, started_at: began, ended_at: ended } = task;
  if (holder_id === null || began === null || ended === null) return;
  tellUsage(tx, task);
  const parent = tx.trace;
  tx.tell((telemetry) => {
    const failed = task.state === 'failed';
    const attributes = { ...workOf(task, holder_id), ...(failed ? { 'error.type': 'task_failed' } : {}) };
    telemetry.past({ name: `invoke_agent ${holder_id}`, kind: 'client', parent, attributes, began, ended, failed });
    telemetry.measure('gen_ai.client.operation.duration', seconds(began, ended), attributes);
  });
}

function tellUsage(tx: Tx, task: Usage): void {
  const used = { input: task.input_tokens, output: task.output_tokens };
  if (used.input + used.output === 0) return;
  tx.tell((telemetry) => {
    for (const [type, count] of Object.entries(used)) {
      telemetry.measure('gen_ai.client.token.usage', count, { ...genAi(task), 'gen_ai.token.type': type });
    }
  });
}

const workOf = (task: Task, agent: string): Attributes => ({
  ...genAi(task),
  'gen_ai.agent.name': agent,
  'gen_ai.usage.input_tokens': task.input_tokens,
  'gen_ai.usage.output_tokens': task.output_tokens,
  'muster.job_id': task.job_id,
  'muster.task_id': task.id,
  'muster.task.attempts': task.attempts,
});

const genAi = ({ model }: Pick<Task, 'model'>): Attributes => ({
  'gen_ai.operation.name': 'invoke_agent',
  'gen_ai.provider.name': /^([a-z0-9_-]+)[:/]/i.exec(model ?? '')?.[1] ?? 'unknown', // as price lists write it: `openai:gpt-4o`
  ...(model === null ? {} : { 'gen_ai.request.model': mask(model) }),
});

const seconds = (from: Date, to: Date): number => Math.max(0, (to.getTime() - from.getTime()) / 1000);
