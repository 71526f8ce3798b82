/** What the time does to messages, and the retirement of their receivers. */
import { sql } from 'kysely';
import { now, store } from '../../platform/database/statement.ts';
import type { Message } from '../message.ts';
import type { Mailbox } from './mailboxes.ts';

const { change } = store<{ mailboxes: Mailbox; messages: Message }>();

const isExpired = sql<boolean>`expires_at <= ${now()}`;

/** What is due is queued again; it ends where it is too old or was delivered too often. */
const tidied = (p: { most_attempts: number }) => {
  const isOver = sql<boolean>`(${isExpired} or (state = 'received' and attempts >= ${p.most_attempts}))`;
  return {
    state: sql<'dead' | 'queued'>`case when ${isOver} then 'dead' else 'queued' end`,
    dead_reason: sql<string | null>`case
      when ${isExpired} then 'expired'
      when state = 'received' and attempts >= ${p.most_attempts} then 'never acknowledged'
      else null end`,
    settled_at: sql<Date | null>`case when ${isOver} then ${now()} else null end`,
    due_at: sql<Date | null>`case when ${isOver} then null else expires_at end`,
    receipt: null,
    lease_until: null,
  };
};

/** The same for what is due in the mailboxes of one agent. What is being settled at this moment is passed over. */
export const tidyInbox = change((q, p: { agent_id: string; most_attempts: number }) =>
  q
    .updateTable('messages')
    .set(tidied(p))
    .where('due_at', '<=', now())
    .where('id', 'in', (row) =>
      row
        .selectFrom('mailboxes as served')
        .innerJoin('messages as late', 'late.mailbox', 'served.mailbox')
        .select('late.id')
        .where('served.agent_id', '=', p.agent_id)
        .where('late.state', 'in', ['received', 'delayed'])
        .where('late.due_at', '<=', now())
        .forUpdate('late')
        .skipLocked(),
    ),
);

/** The same for whatever is due longest, in any mailbox. */
export const tidyDue = change((q, p: { limit: number; most_attempts: number }) =>
  q
    .updateTable('messages')
    .set(tidied(p))
    .where('due_at', '<=', now())
    .where('id', 'in', (row) =>
      row
        .selectFrom('messages')
        .select('id')
        .where('due_at', '<=', now())
        .orderBy('due_at')
        .limit(p.limit)
        .forUpdate()
        .skipLocked(),
    )
    .returning(['mailbox', 'state']),
);

/** Ends what lies in mailboxes that were closed within the hour: nobody receives it any more. */
export const giveUpClosed = change((q, p: { limit: number; from_now_seconds: number; reason: string }) =>
  q
    .updateTable('messages')
    .set({
      state: 'dead' as const,
      dead_reason: p.reason,
      settled_at: now(),
      due_at: null,
      lease_until: null,
      receipt: sql<string | null>`case when state = 'received' then receipt else null end`,
    })
    .where('state', 'in', ['queued', 'delayed', 'received'])
    .where('id', 'in', (row) =>
      row
        .selectFrom('mailboxes as closed')
        .innerJoin('messages as left', 'left.mailbox', 'closed.mailbox')
        .select('left.id')
        .where('closed.closed_at', '>', now(p.from_now_seconds))
        .where('left.state', 'in', ['queued', 'delayed', 'received'])
        .limit(p.limit)
        .forUpdate('left')
        .skipLocked(),
    ),
);
