/** The mailbox: messages as they are written, and as their receivers settle them. */
import { sql } from 'kysely';
import { now, store } from '../platform/database/statement.ts';
import type { Message } from './message.ts';

const { first, change, rows } = store<{ messages: Message }>();

type NewRow = Pick<
  Message,
  | 'id'
  | 'mailbox'
  | 'to_agent'
  | 'from_id'
  | 'type'
  | 'priority'
  | 'body'
  | 'correlation_id'
  | 'reply_to'
  | 'expires_at'
  | 'state'
  | 'settled_at'
>;

/** Many in one statement, at most a hundred. */
export const insertMessages = rows((q, messages: NewRow[]) =>
  q.insertInto('messages').values(
    messages.map((message) => ({
      id: message.id,
      mailbox: message.mailbox,
      to_agent: message.to_agent,
      from_id: message.from_id,
      type: message.type,
      priority: message.priority,
      body: message.body,
      correlation_id: message.correlation_id,
      reply_to: message.reply_to,
      expires_at: message.expires_at,
      due_at: message.expires_at,
      state: message.state,
      settled_at: message.settled_at,
      attempts: 0,
      sent_at: now(),
    })),
  ),
);

interface Received {
  id: string;
  holder_id: string;
  receipt: string;
}

/** Who receives it is the only one to see it; locked until the transaction ends. */
export const lockDelivered = first((q, p: Received) =>
  q
    .selectFrom('messages')
    .selectAll()
    .where('id', '=', p.id)
    .where('holder_id', '=', p.holder_id)
    .where('receipt', '=', p.receipt)
    .forUpdate(),
);

/** How a settlement ends a message. */
export interface Ended {
  state: 'acknowledged' | 'dead';
  dead_reason: string | null;
  settled_at: Date;
}

/** The receipt stays, so that a repeat is known as one. */
export const endMessage = change((q, p: Received & Ended) =>
  q
    .updateTable('messages')
    .set({ state: p.state, dead_reason: p.dead_reason, settled_at: p.settled_at, lease_until: null, due_at: null })
    .where('id', '=', p.id)
    .where('holder_id', '=', p.holder_id)
    .where('receipt', '=', p.receipt)
    .where('state', '=', 'received')
    .returning('id'),
);

/** Wanted again. */
export interface Returned {
  state: 'queued' | 'delayed';
  /** Null: now. */
  after_seconds: number | null;
}

/** It goes back to where it came from, whose capability it may be. */
export const returnMessage = change((q, p: Received & Returned) =>
  q
    .updateTable('messages')
    .set({
      state: p.state,
      lease_until: null,
      due_at: sql<Date | null>`coalesce(${now(p.after_seconds)}, expires_at)`,
    })
    .where('id', '=', p.id)
    .where('holder_id', '=', p.holder_id)
    .where('receipt', '=', p.receipt)
    .where('state', '=', 'received')
    .returning('id'),
);
