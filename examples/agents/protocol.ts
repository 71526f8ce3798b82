/**
 * What an agent needs to talk to Muster: HTTP and nothing else. Copy this page into your own program.
 *
 *   MUSTER_URL   where Muster listens
 *   MUSTER_KEY   the agent's own key
 *   MUSTER_AGENT its id
 */
import { randomUUID } from 'node:crypto';

const url = process.env['MUSTER_URL'] ?? 'http://127.0.0.1:7071';
const key = process.env['MUSTER_KEY'] ?? '';
export const agentId = process.env['MUSTER_AGENT'] ?? '';

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export type Members = Record<string, Json>;

/** A call that answers with JSON. Tries again, with growing pauses, while Muster is away or busy. */
export async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      const answer = await fetch(`${url}/api${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(40_000),
      });
      if (answer.ok) return (await answer.json()) as Answer;
      if (answer.status < 500 || tries >= 8) throw new Refused(answer.status, await answer.text());
    } catch (error) {
      if (error instanceof Refused || tries >= 8) throw error;
    }
    await pause(100 * 2 ** tries);
  }
}

/** Muster has said no: repeating the same call is useless. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number, body: string) {
    super(`${status} ${body}`);
    this.status = status;
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export interface Task {
  task_id: string;
  /** Name it in everything you send about the task: it shows that the claim is still yours. */
  fence: number;
  name: string;
  input: Members;
  attempt: number;
}

/** What a task has used so far, in this attempt. */
export interface Usage {
  model?: string;
  input_tokens: number;
  cached_tokens?: number;
  output_tokens: number;
}

export interface Result {
  output: Members;
  usage: Usage;
}

/** Says every five seconds that the agent lives, and which claims it holds. */
export function keepAlive(held: ReadonlyMap<string, Task>): void {
  const beat = () =>
    call('POST', `/v1/agents/${agentId}/heartbeat`, {
      fences: [...held.values()].map(({ task_id, fence }) => ({ task_id, fence })),
    });
  void beat();
  setInterval(() => void beat().catch((error: unknown) => console.error(`heartbeat: ${String(error)}`)), 5000).unref();
}

/** Claims tasks one at a time and performs them, for ever. */
export async function work(
  perform: (task: Task, progress: (share: number, note: string) => Promise<void>) => Promise<Result>,
): Promise<never> {
  const held = new Map<string, Task>();
  keepAlive(held);
  for (;;) {
    const { tasks } = await call<{ tasks: Task[] }>('POST', `/v1/agents/${agentId}/tasks/claim`, {
      max: 1,
      wait_seconds: 20,
      claim_id: randomUUID(), // the same id again would give the same claims again
    });
    for (const task of tasks) {
      held.set(task.task_id, task);
      await settle(task, perform).finally(() => held.delete(task.task_id));
    }
  }
}

async function settle(task: Task, perform: Parameters<typeof work>[0]): Promise<void> {
  const { task_id, fence } = task;
  const progress = async (share: number, note: string) => {
    await call('POST', `/v1/tasks/${task_id}/progress`, { fence, progress: share, note });
  };
  try {
    const result = await perform(task, progress);
    await call('POST', `/v1/tasks/${task_id}/complete`, { fence, ...result });
  } catch (error) {
    if (error instanceof Refused && error.status === 409) return; // the claim is not ours any more
    await call('POST', `/v1/tasks/${task_id}/fail`, { fence, error: String(error).slice(0, 2000) }).catch(
      console.error,
    );
  }
}
