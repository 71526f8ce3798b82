/** `POST /admin/functions/<name>`, as the real host has it: runs a function that no request would reach. */
import { messageCall } from './queues.ts';
import { timerCall } from './timers.ts';
import type { Worker } from './worker.ts';

/** `{ "input": "…" }` is the message of a queue. Gives the status; 202 means that it has begun. */
export async function runByHand(worker: Worker, name: string, body: Buffer): Promise<number> {
  const found = worker.functions.find((each) => each.name === name);
  if (found === undefined) return 404;
  const { input = '' } = JSON.parse(body.toString() || '{}') as { input?: string };
  const call = found.trigger.type === 'timerTrigger' ? timerCall() : messageCall({ body: JSON.parse(input) });
  void worker.invoke(name, call).catch(() => undefined); // the real host does not wait for it either
  return 202;
}
