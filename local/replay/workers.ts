/** Agents of a replay: they claim, and report what the log says was used. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Problem, type Client } from '../client.ts';
import type { Row } from './rows.ts';
import { human, type ReplayTown } from './town.ts';

interface Claimed {
  task_id: string;
  fence: number;
  input: { row: number };
}

export interface Working {
  stop(): Promise<void>;
}

/** Starts every agent and keeps the heads alive; stops when told. */
export function startWorkers(town: ReplayTown, rows: Row[], heartbeatSeconds: number): Working {
  const stopping = new AbortController();
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  const loops = [...town.workers].map(([id, client]) =>
    workerLoop({ id, client, admin: town.reader, bySeq, signal: stopping.signal }),
  );
  const beat = () => {
    for (const [id, client] of [...town.voters, ...town.workers]) if (id !== human) void heartbeat(client, id);
  };
  beat();
  const timer = setInterval(beat, heartbeatSeconds * 1000);
  return {
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

const held = new WeakMap<Client, Map<string, number>>();

/** A missed heartbeat is mended by the next one. */
const heartbeat = (client: Client, id: string): Promise<unknown> => {
  const fences = [...(held.get(client) ?? [])].map(([task_id, fence]) => ({ task_id, fence }));
  return client.post(`/v1/agents/${id}/heartbeat`, { fences }).catch(() => undefined);
};

interface Worker {
  id: string;
  client: Client;
  admin: Client;
  bySeq: ReadonlyMap<number, Row>;
  signal: AbortSignal;
}

async function workerLoop(worker: Worker): Promise<void> {
  const { client, bySeq, signal } = worker;
  const holding = new Map<string, number>();
  held.set(client, holding);
  const running = new Set<Promise<void>>();
  while (!signal.aborted) {
    const claim = { max: 50, wait_seconds: 1, claim_id: randomUUID() };
    const tasks = await claimed(worker, claim);
    for (const task of tasks) {
      holding.set(task.task_id, task.fence);
      const settled = settle(client, task, bySeq).finally(() => {
        holding.delete(task.task_id);
        running.delete(settled);
      });
      running.add(settled);
    }
  }
  await Promise.all(running);
}

/**
 * An agent at whose rows the log has failed too often is isolated. That says nothing of the agent that plays them again, so it
 * is restored; where the key may not do that, it comes back by itself.
 */
async function claimed({ id, client, admin }: Worker, claim: object): Promise<Claimed[]> {
  try {
    return (await client.post<{ tasks: Claimed[] }>(`/v1/agents/${id}/tasks/claim`, claim)).tasks;
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'agent_not_active') throw error;
    await admin.post(`/v1/agents/${id}/restore`).catch(() => pause(1000));
    return [];
  }
}

async function settle(
  client: Client,
  { task_id, fence, input }: Claimed,
  bySeq: ReadonlyMap<number, Row>,
): Promise<void> {
  const row = bySeq.get(input.row);
  if (row === undefined) throw new Error(`a task names row ${input.row}, which the log does not have`);
  const { input_tokens, cached_tokens, output_tokens, model } = row;
  const usage = { input_tokens, cached_tokens, output_tokens, ...(model === undefined ? {} : { model }) };
  const end = row.succeeded
    ? { path: 'complete', facts: { output: {} } }
    : { path: 'fail', facts: { error: 'failed in the log', retryable: false } };
  try {
    await client.post(`/v1/tasks/${task_id}/${end.path}`, { fence, usage, ...end.facts });
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'lease_lost') throw error; // somebody else has it: theirs to settle
  }
}
