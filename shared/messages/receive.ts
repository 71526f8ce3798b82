/** receiveMessages: an agent empties its mailbox, or waits for a message. */
import type { Caller } from '../access/caller.ts';
import { leaseSeconds } from '../agents/agent.ts';
import { poll, type Look } from '../platform/bells/poll.ts';
import { refuse } from '../outcomes.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import type { Message, ReceivedMessage, ReceiveInput } from './message.ts';
import { mailHint } from './post.ts';
import { anyInbox, deliver, headOfInbox, tidyInbox } from './store.ts';

export interface Receiving extends ReceiveInput {
  agent_id: string;
  /** Ends the wait. */
  signal?: AbortSignal | undefined;
}

/** Each message with a lease of three heartbeat intervals: acknowledged by then, or delivered again. Refuses `not_found` to another agent. */
export async function receiveMessages(
  platform: Platform,
  caller: Caller,
  { agent_id, max, wait_seconds, signal }: Receiving,
): Promise<{ messages: ReceivedMessage[] }> {
  if (caller.id !== agent_id) refuse('not_found');
  return { messages: await poll(platform, { wait_seconds, signal }, () => look(platform, agent_id, max)) };
}

/** Reads first: an empty mailbox opens no transaction. */
async function look(platform: Platform, agent_id: string, max: number): Promise<Look<ReceivedMessage>> {
  const any = await anyInbox(platform.db.read, { to_agent: agent_id });
  const found = any === undefined ? [] : await receiveNow(platform, agent_id, max);
  return { found, topics: [mailHint(agent_id)] };
}

const receiveNow = (platform: Platform, to_agent: string, max: number): Promise<ReceivedMessage[]> =>
  platform.db.transaction('receiveMessages', async (tx) => {
    await tidyInbox(tx, { to_agent, most_attempts: tx.config.AGENT_MAX_RETRIES });
    return take(tx, await headOfInbox(tx, { to_agent, limit: max }));
  });

async function take(tx: Tx, messages: Message[]): Promise<ReceivedMessage[]> {
  if (messages.length === 0) return [];
  const lease_seconds = leaseSeconds(tx.config);
  const receipt = tx.newId('rcpt');
  const ids = messages.map(({ id }) => id);
  await deliver(tx, ids, { receipt, lease_seconds });
  const lease_until = new Date(tx.at.getTime() + lease_seconds * 1000);
  return messages.map((message) => receivedAnswer(message, { receipt, lease_until }));
}

const receivedAnswer = (
  message: Message,
  delivery: Pick<ReceivedMessage, 'receipt' | 'lease_until'>,
): ReceivedMessage => ({
  message_id: message.id,
  from_id: message.from_id,
  type: message.type,
  priority: message.priority,
  body: message.body,
  correlation_id: message.correlation_id,
  reply_to: message.reply_to,
  attempt: message.attempts + 1,
  ...delivery,
  sent_at: message.sent_at,
});
