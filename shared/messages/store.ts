/** The mailbox. */
import { sql, type ExpressionBuilder } from 'kysely';
import { now, store } from '../platform/database/statement.ts';
import type { Message, MessageState } from './message.ts';

const { all, first, change, rows } = store<{ messages: Message }>();

type NewMessage = Omit<Message, 'attempts' | 'receipt' | 'lease_until' | 'dead_reason' | 'sent_at'>;

/** Many in one statement, at most a hundred. */
export const insertMessages = rows((q, messages: NewMessage[]) =>
  q.insertInto('messages').values(
    messages.map((message) => ({
      id: message.id,
      to_agent: message.to_agent,
      from_id: message.from_id,
      type: message.type,
      priority: message.priority,
      body: message.body,
      correlation_id: message.correlation_id,
      reply_to: message.reply_to,
      expires_at: message.expires_at,
      state: message.state,
      settled_at: message.settled_at,
      attempts: 0,
      sent_at: now(),
    })),
  ),
);

/** Whether there is anything to do in a mailbox: a message to receive, or one whose lease ran out. */
export const anyInbox = first((q, p: { to_agent: string }) =>
  q
    .selectFrom('messages')
    .select('id')
    .where('to_agent', '=', p.to_agent)
    .where((row) =>
      row.or([row('state', '=', 'queued'), row.and([row('state', '=', 'received'), row('lease_until', '<=', now())])]),
    )
    .limit(1),
);

const isExpired = sql<boolean>`expires_at <= ${now()}`;

const isUntidy = (row: ExpressionBuilder<{ messages: Message }, 'messages'>) =>
  row.or([
    row.and([row('state', '=', 'received'), row('lease_until', '<=', now())]),
    row.and([row('state', '=', 'queued'), row('expires_at', '<=', now())]),
  ]);

/**
 * Returns what was not acknowledged in time, and ends what is too old or was delivered too often. What is being
 * settled at this moment is passed over.
 */
export const tidyInbox = change((q, p: { to_agent: string; most_attempts: number }) =>
  q
    .updateTable('messages')
    .set({
      state: sql<MessageState>`case when ${isExpired} or attempts >= ${p.most_attempts} then 'dead' else 'queued' end`,
      dead_reason: sql<string | null>`case
        when ${isExpired} then 'expired'
        when attempts >= ${p.most_attempts} then 'never acknowledged'
        else null end`,
      settled_at: sql<Date | null>`case when ${isExpired} or attempts >= ${p.most_attempts} then ${now()} else null end`,
      receipt: null,
      lease_until: null,
    })
    .where(isUntidy)
    .where('id', 'in', (inner) =>
      inner
        .selectFrom('messages')
        .select('id')
        .where('to_agent', '=', p.to_agent)
        .where(isUntidy)
        .forUpdate()
        .skipLocked(),
    )
    .returning('id'),
);

/**
 * Delivers the most urgent messages of a mailbox under one receipt, which nothing was delivered under yet. Who looks at
 * the same time gets what is behind them.
 */
export const deliver = change((q, p: { to_agent: string; limit: number; receipt: string; lease_seconds: number }) =>
  q
    .updateTable('messages')
    .set((row) => ({
      state: 'received' as const,
      attempts: row('attempts', '+', 1),
      receipt: p.receipt,
      lease_until: now(p.lease_seconds),
    }))
    .where('state', '=', 'queued')
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom('messages as before')
            .select('before.id')
            .where('before.to_agent', '=', p.to_agent)
            .where('before.state', '=', 'received')
            .where('before.receipt', '=', p.receipt),
        ),
      ),
    )
    .where('id', 'in', (row) =>
      row
        .selectFrom('messages as waiting')
        .select('waiting.id')
        .where('waiting.to_agent', '=', p.to_agent)
        .where('waiting.state', '=', 'queued')
        .orderBy('waiting.priority')
        .orderBy('waiting.id')
        .limit(p.limit)
        .forUpdate()
        .skipLocked(),
    ),
);

/** What was delivered under a receipt and is not settled. */
export const deliveredUnder = all((q, p: { to_agent: string; receipt: string }) =>
  q
    .selectFrom('messages')
    .selectAll()
    .where('to_agent', '=', p.to_agent)
    .where('state', '=', 'received')
    .where('receipt', '=', p.receipt)
    .orderBy('priority')
    .orderBy('id'),
);

interface Received {
  id: string;
  to_agent: string;
  receipt: string;
}

/** The receipt stays, so that a repeat is known as one. */
export const settleMessage = change((q, p: Received & Settled) =>
  q
    .updateTable('messages')
    .set({ state: p.state, dead_reason: p.dead_reason, settled_at: p.settled_at, lease_until: null })
    .where('id', '=', p.id)
    .where('to_agent', '=', p.to_agent)
    .where('receipt', '=', p.receipt)
    .where('state', '=', 'received')
    .returning('id'),
);

export interface Settled {
  state: 'queued' | 'acknowledged' | 'dead';
  dead_reason: string | null;
  settled_at: Date | null;
}

/** Who receives it is the only one to see it; locked until the transaction ends. */
export const lockDelivered = first((q, p: Received) =>
  q
    .selectFrom('messages')
    .selectAll()
    .where('id', '=', p.id)
    .where('to_agent', '=', p.to_agent)
    .where('receipt', '=', p.receipt)
    .forUpdate(),
);
