/** The hot statements: what an agent may receive, and receiving it. */
import { sql, type ExpressionBuilder, type Kysely } from 'kysely';
import { now, store } from '../../platform/database/statement.ts';
import type { Agent } from '../../agents/agent.ts';
import type { Message } from '../message.ts';
import type { Mailbox } from './mailboxes.ts';

interface Tables {
  agents: Pick<Agent, 'id' | 'state'>;
  mailboxes: Mailbox;
  messages: Message;
}

const { all, first, change } = store<{
  agents: Pick<Agent, 'id' | 'state'>;
  mailboxes: Mailbox;
  messages: Message;
}>();

/** In the text of the statement, so that the index of what is held serves it. */
const isReceived = sql.lit('received' as const);

/** A row for each mailbox that the agent serves: whether there is a message to receive, or one that is due. */
export const openingRows = all((q, p: { agent_id: string }) =>
  q
    .selectFrom('agents')
    .leftJoin('mailboxes', 'mailboxes.agent_id', 'agents.id')
    .select(['agents.state', 'mailboxes.mailbox'])
    .select((row) => [
      row
        .selectFrom('messages')
        .select('messages.id')
        .whereRef('messages.mailbox', '=', 'mailboxes.mailbox')
        .where('messages.state', '=', 'queued')
        .limit(1)
        .as('next_message'),
      row
        .selectFrom('messages')
        .select('messages.id')
        .whereRef('messages.mailbox', '=', 'mailboxes.mailbox')
        .where('messages.state', 'in', ['received', 'delayed'])
        .where('messages.due_at', '<=', now())
        .limit(1)
        .as('due_message'),
    ])
    .where('agents.id', '=', p.agent_id),
);

export const agentState = first((q, p: { agent_id: string }) =>
  q.selectFrom('agents').select('state').where('id', '=', p.agent_id),
);

export interface Delivering {
  agent_id: string;
  /** Its own mailbox: all that a draining agent is given. */
  own: string;
  limit: number;
  receipt: string;
  lease_seconds: number;
}

/** The first messages of each mailbox that the agent may receive from, as they are looked at: nothing is locked. */
const heads = (q: Kysely<Tables>, p: Delivering) =>
  q
    .selectFrom('mailboxes as served')
    .innerJoin('agents as receiver', 'receiver.id', 'served.agent_id')
    .crossJoin('messages as head')
    .select(['head.id', 'head.priority'])
    .where('served.agent_id', '=', p.agent_id)
    .where((row) =>
      row.or([
        row('receiver.state', '=', 'active'),
        row.and([row('receiver.state', '=', 'draining'), row('served.mailbox', '=', p.own)]),
      ]),
    )
    .where('head.id', 'in', (row) =>
      row
        .selectFrom('messages as first')
        .select('first.id')
        .whereRef('first.mailbox', '=', 'served.mailbox')
        .where('first.state', '=', 'queued')
        .where((message) =>
          message.or([message('first.expires_at', 'is', null), message('first.expires_at', '>', now())]),
        )
        .orderBy('first.priority')
        .orderBy('first.id')
        .limit(p.limit),
    );

const delivered = (row: ExpressionBuilder<Tables, 'messages'>, p: Delivering) => ({
  state: 'received' as const,
  attempts: row('attempts', '+', 1),
  holder_id: p.agent_id,
  receipt: p.receipt,
  lease_until: now(p.lease_seconds),
  due_at: now(p.lease_seconds),
  received_at: sql<Date>`coalesce(received_at, ${now()})`,
});

/**
 * Delivers the most urgent messages of the agent's mailboxes under one receipt, which nothing was delivered under yet.
 * Others pass over what is being taken. A message that is here and gone from one mailbox costs others nothing.
 */
export const deliver = change((q, p: Delivering) =>
  q
    .updateTable('messages')
    .set((row) => delivered(row, p))
    .where('state', '=', 'queued')
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom('messages as before')
            .select('before.id')
            .where('before.holder_id', '=', p.agent_id)
            .where('before.receipt', '=', p.receipt)
            .where('before.state', '=', isReceived),
        ),
      ),
    )
    .where('id', 'in', (row) =>
      row
        .selectFrom(heads(q, p).orderBy('head.priority').orderBy('head.id').limit(p.limit).as('open'))
        .innerJoin('messages as free', 'free.id', 'open.id')
        .select('free.id')
        .where('free.state', '=', 'queued')
        .orderBy('open.priority')
        .orderBy('open.id')
        .limit(p.limit)
        .forUpdate('free')
        .skipLocked(),
    ),
);

/** What was delivered under a receipt and is not settled. */
export const deliveredUnder = all((q, p: { agent_id: string; receipt: string }) =>
  q
    .selectFrom('messages')
    .selectAll()
    .where('holder_id', '=', p.agent_id)
    .where('receipt', '=', p.receipt)
    .where('state', '=', isReceived)
    .orderBy('priority')
    .orderBy('id'),
);
