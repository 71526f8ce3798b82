/**
 * All that an agent needs to talk to Muster: HTTP and nothing else. Copy this page into your own program.
 *
 *   MUSTER_URL   where Muster listens
 *   MUSTER_KEY   the agent's own key
 *   MUSTER_AGENT its id
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const { MUSTER_URL: url = 'http://127.0.0.1:7071', MUSTER_KEY: key = '', MUSTER_AGENT: agentId = '' } = process.env;
const self = `/v1/agents/${agentId}`;

export type Members = Record<string, unknown>;
/** The fence shows that a claim is still yours: name it in everything you send about the task. */
type Claim = { task_id: string; fence: number };
export type Task = Claim & { name: string; input: Members; attempt: number };
/** What a task gave, and the tokens that this attempt has used. */
export type Result = { output: Members; usage: Usage };
type Usage = { model?: string; input_tokens: number; cached_tokens?: number; output_tokens: number };
type Message<Body> = { message_id: string; receipt: string; type: string; correlation_id: string | null; body: Body };

/** Muster has said no: repeating the same call is useless. */
export class Refused extends Error {}

/** A call that answers with JSON. Repeated under one key, with growing pauses, while Muster is away or busy. */
export async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const request = { method, headers: { ...headers, 'idempotency-key': randomUUID() }, body: JSON.stringify(body) };
  for (let tries = 1; ; tries++) {
    try {
      const answer = await fetch(`${url}/api${path}`, { ...request, signal: AbortSignal.timeout(40_000) });
      if (answer.ok) return (await answer.json()) as Answer;
      const problem = `${answer.status} ${await answer.text()}`;
      throw answer.status >= 500 || answer.status === 429 ? new Error(problem) : new Refused(problem);
    } catch (error) {
      if (error instanceof Refused || tries >= 8) throw error;
    }
    await pause(100 * 2 ** tries);
  }
}

/** Says what this program is: `model`, `agent_version`, `card`. What it may do is the admin's to say. */
export const register = (about: Members) => call('PUT', self, about);

/** What this agent has in hand, by task. */
const held = new Map<string, { fence: number; stop: AbortController }>();
let isDraining = false;

/** Says that the agent lives and what it has in hand; hears what of that to stop. */
async function beat(): Promise<void> {
  type Heard = { invalid: Claim[]; stops: { task_id: string }[]; drain: boolean };
  const fences = [...held].map(([task_id, { fence }]) => ({ task_id, fence }));
  const { invalid, stops, drain } = await call<Heard>('POST', `${self}/heartbeat`, { fences });
  isDraining = drain;
  const lost = invalid.filter(({ task_id, fence }) => held.get(task_id)?.fence === fence);
  for (const { task_id } of [...lost, ...stops]) held.get(task_id)?.stop.abort();
}

/** A beat now, and one every five seconds. */
export async function keepAlive(): Promise<void> {
  await beat();
  setInterval(() => void beat().catch(console.error), 5000).unref();
}

/** Again and again, after a fault too. */
async function forever(step: () => Promise<unknown>): Promise<never> {
  for (;;) await step().catch((error: unknown) => (console.error(error), pause(5000)));
}

/** `progress` tells a share from 0 to 1; `signal` is aborted when nobody waits for the result any more. */
type InHand = { progress(share: number, note: string): Promise<unknown>; signal: AbortSignal };
type Perform = (task: Task, inHand: InHand) => Promise<Result>;

/** Claims tasks and performs them, so many at a time. */
export async function work(perform: Perform, atOnce = 1): Promise<void> {
  await keepAlive();
  await Promise.all(Array.from({ length: atOnce }, () => forever(() => (isDraining ? pause(1000) : take(perform)))));
}

async function take(perform: Perform): Promise<void> {
  const claim = { wait_seconds: 20, claim_id: randomUUID() }; // the same id again would give the same claims
  let { tasks } = await call<{ tasks: Task[] }>('POST', `${self}/tasks/claim`, claim);
  while (tasks[0] !== undefined) tasks = await settle(tasks[0], perform);
}

/** Performs a task and says how it went; gives what was claimed in the same call. */
async function settle(task: Task, perform: Perform): Promise<Task[]> {
  const { task_id, fence } = task;
  const stop = new AbortController();
  const tell = (what: string, said: object) =>
    call<{ stop_reason: string | null; tasks: Task[] }>('POST', `/v1/tasks/${task_id}/${what}`, { fence, ...said });
  const progress = async (share: number, note: string) => {
    const { stop_reason } = await tell('progress', { progress: share, note });
    if (stop_reason !== null) stop.abort();
  };
  held.set(task_id, { fence, stop });
  try {
    const result = await perform(task, { progress, signal: stop.signal });
    return (await tell('complete', { ...result, prefetch: { claim_id: randomUUID() } })).tasks;
  } catch (error) {
    await tell('fail', { error: String(error).slice(0, 2000) }).catch(console.error); // perhaps it is not ours any more
    return [];
  } finally {
    held.delete(task_id);
  }
}

/** Reads the mailbox. What could not be handled comes again, up to three times. */
export const readMail = <Body>(handle: (message: Message<Body>) => Promise<unknown>): Promise<never> =>
  forever(async () => {
    const most = { max: 10, wait_seconds: 20 };
    const { messages } = await call<{ messages: Message<Body>[] }>('POST', `${self}/messages/receive`, most);
    for (const { message_id, receipt, ...message } of messages) {
      const retry = (error: unknown) => (console.error(error), error instanceof Refused ? 'acknowledge' : 'retry');
      const action = await handle({ message_id, receipt, ...message }).then(() => 'acknowledge', retry);
      await call('POST', '/v1/messages/settle', { settle: [{ message_id, receipt, action }] });
    }
  });
