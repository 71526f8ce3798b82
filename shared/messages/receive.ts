/** receiveMessages: an agent empties its mailboxes, or waits for a message. */
import type { Caller } from '../access/caller.ts';
import { leaseSeconds, type AgentState } from '../agents/agent.ts';
import { poll, type Look } from '../platform/bells/poll.ts';
import { refuse } from '../outcomes.ts';
import { newId } from '../platform/ids.ts';
import type { Platform, Reads, Writes } from '../platform/platform.ts';
import { agentMailbox, capabilityOf, mailHint } from './mailbox.ts';
import type { Message, ReceivedMessage, ReceiveInput } from './message.ts';
import { agentState, deliver, deliveredUnder, openingRows } from './store/receive.ts';
import { tidyInbox } from './store/tidy.ts';

export interface Receiving extends ReceiveInput {
  agent_id: string;
  /** Ends the wait. */
  signal?: AbortSignal | undefined;
}

/**
 * What is to the agent, and to a capability of its: each with a lease of three heartbeat intervals; acknowledged by then,
 * or delivered again. A draining agent is given only what is to itself. Refuses `not_found` to another agent, and
 * `agent_not_active` to an isolated one.
 */
export async function receiveMessages(
  platform: Platform,
  caller: Caller,
  { agent_id, max, wait_seconds, signal }: Receiving,
): Promise<{ messages: ReceivedMessage[] }> {
  if (caller.id !== agent_id) refuse('not_found');
  const receipt = newId('rcpt', platform.clock.now(), platform.random);
  const receiving = { agent_id, max, receipt };
  const isLast = wait_seconds === 0;
  let looks = 0;
  const found = await poll(platform, { wait_seconds, signal }, (isAlone) =>
    look(platform, receiving, { isFirst: looks++ === 0, isLast, isAlone }),
  );
  return { messages: found };
}

interface Receipt {
  agent_id: string;
  max: number;
  receipt: string;
}

interface Looking {
  isFirst: boolean;
  /** Nobody waits for news. */
  isLast: boolean;
  /** Nobody else has heard of the news: it is for this one, or for nobody. */
  isAlone: boolean;
}

/**
 * The first look receives, unless looking costs nothing; the later ones of a long poll read, so that who waits writes
 * nothing. Empty mailboxes open no transaction.
 */
async function look(
  platform: Platform,
  receiving: Receipt,
  { isFirst, isLast, isAlone }: Looking,
): Promise<Look<ReceivedMessage>> {
  const { db } = platform;
  let seen: Openings | undefined;
  const isWorth = async () => (seen = await openings(db.read, receiving)).isOpen;
  const start = (tx: Writes) => receiveNow(tx, receiving);
  const later = async () => (isAlone || (await isWorth()) ? db.batch('receiveMessages', start) : undefined);
  const answers = await (isFirst ? db.tryBatch('receiveMessages', { look: isWorth, start }) : later());
  if (answers !== undefined) refuseInactive(answers[3]?.state);
  const found = (answers?.[2] ?? []).map(receivedAnswer);
  if (found.length > 0 || isLast) return { found, topics: [] };
  const { mailboxes } = seen ?? (await openings(db.read, receiving));
  return { found, topics: [agentMailbox(receiving.agent_id), ...mailboxes].map(mailHint) };
}

interface Openings {
  isOpen: boolean;
  mailboxes: string[];
}

async function openings(reads: Reads, { agent_id }: Receipt): Promise<Openings> {
  const rows = await openingRows(reads, { agent_id });
  refuseInactive(rows[0]?.state);
  return {
    isOpen: rows.some(({ next_message, due_message }) => (next_message ?? due_message) !== null),
    mailboxes: rows.flatMap(({ mailbox }) => mailbox ?? []),
  };
}

function refuseInactive(state: AgentState | undefined): void {
  if (state === undefined) refuse('not_found');
  if (state !== 'active' && state !== 'draining') refuse('agent_not_active');
}

/** One batch, safe to repeat: what a receipt stands for is delivered once, and read by it. */
const receiveNow = (tx: Writes, { agent_id, max, receipt }: Receipt) => {
  const { AGENT_MAX_RETRIES: most_attempts } = tx.config;
  const delivering = { agent_id, own: agentMailbox(agent_id), limit: max, receipt };
  return [
    tidyInbox(tx, { agent_id, most_attempts }),
    deliver(tx, { ...delivering, lease_seconds: leaseSeconds(tx.config) }),
    deliveredUnder(tx, { agent_id, receipt }) as Promise<Delivered[]>, // received ones have both
    agentState(tx, { agent_id }),
  ] as const;
};

type Delivered = Message & { receipt: string; lease_until: Date };

const receivedAnswer = (message: Delivered): ReceivedMessage => ({
  message_id: message.id,
  from_id: message.from_id,
  to_capability: capabilityOf(message.mailbox),
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
