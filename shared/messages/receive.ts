/** receiveMessages: an agent empties its mailbox, or waits for a message. */
import type { Caller } from '../access/caller.ts';
import { leaseSeconds } from '../agents/agent.ts';
import { poll, type Look } from '../platform/bells/poll.ts';
import { refuse } from '../outcomes.ts';
import { newId } from '../platform/ids.ts';
import type { Platform, Writes } from '../platform/platform.ts';
import type { Message, ReceivedMessage, ReceiveInput } from './message.ts';
import { mailHint } from './post.ts';
import { anyInbox, deliver, deliveredUnder, tidyInbox } from './store.ts';

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
  const receipt = newId('rcpt', platform.clock.now(), platform.random);
  let looks = 0;
  const receiving = { agent_id, max, receipt };
  return { messages: await poll(platform, { wait_seconds, signal }, () => look(platform, receiving, looks++ === 0)) };
}

interface Receipt {
  agent_id: string;
  max: number;
  receipt: string;
}

/**
 * The first look receives, unless looking costs nothing; the later ones of a long poll read, so that who waits writes
 * nothing. An empty mailbox opens no transaction.
 */
async function look(platform: Platform, receiving: Receipt, isFirst: boolean): Promise<Look<ReceivedMessage>> {
  const { db } = platform;
  const isWorth = async () => (await anyInbox(db.read, { to_agent: receiving.agent_id })) !== undefined;
  const start = (tx: Writes) => receiveNow(tx, receiving);
  const later = async () => ((await isWorth()) ? db.batch('receiveMessages', start) : undefined);
  const answers = await (isFirst ? db.tryBatch('receiveMessages', { look: isWorth, start }) : later());
  return { found: (answers?.[2] ?? []).map(receivedAnswer), topics: [mailHint(receiving.agent_id)] };
}

/** One batch, safe to repeat: what a receipt stands for is delivered once, and read by it. */
const receiveNow = (tx: Writes, { agent_id: to_agent, max, receipt }: Receipt) =>
  [
    tidyInbox(tx, { to_agent, most_attempts: tx.config.AGENT_MAX_RETRIES }),
    deliver(tx, { to_agent, limit: max, receipt, lease_seconds: leaseSeconds(tx.config) }),
    deliveredUnder(tx, { to_agent, receipt }) as Promise<Delivered[]>, // received ones have both
  ] as const;

type Delivered = Message & { receipt: string; lease_until: Date };

const receivedAnswer = (message: Delivered): ReceivedMessage => ({
  message_id: message.id,
  from_id: message.from_id,
  type: message.type,
  priority: message.priority,
  body: message.body,
  correlation_id: message.correlation_id,
  reply_to: message.reply_to,
  attempt: message.attempts,
  receipt: message.receipt,
  lease_until: message.lease_until,
  sent_at: message.sent_at,
});
