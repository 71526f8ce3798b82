/** The statements of sending as one batch: each says itself what must hold, so that none waits for another's answer. */
import { expressionBuilder, sql, type Kysely } from 'kysely';
import { keepKeyWhere } from '../../access/store/idempotency.ts';
import { now, store } from '../../platform/database/statement.ts';
import type { Message } from '../message.ts';
import { obstacles, type Route, type RouteTables } from './routes.ts';

interface Tables extends RouteTables {
  messages: Message;
  idempotency_keys: { caller: string; operation: string; idempotency_key: string };
}

const { first, rows, among } = store<{
  messages: Message;
  idempotency_keys: { caller: string; operation: string; idempotency_key: string };
}>();

/** A message, with what is the same for all that are sent together. */
export interface Sending
  extends Route, Pick<Message, 'id' | 'to_agent' | 'priority' | 'body' | 'correlation_id' | 'reply_to'> {
  ttl_seconds: number | null;
  first_id: string;
  /** Empty where none was given. */
  key: string;
}

const columns = [
  'id',
  'mailbox',
  'to_agent',
  'type',
  'priority',
  'body',
  'correlation_id',
  'reply_to',
  'expires_at',
  'state',
  'attempts',
  'sent_at',
] as const;

/** A server takes 2,100 values a statement, so each is said once. */
const rowOf = (q: Kysely<Tables>, sending: Sending) =>
  q.selectNoFrom((row) => [
    row.val(sending.id).as('id'),
    row.val(sending.mailbox).as('mailbox'),
    row.val(sending.to_agent).as('to_agent'),
    row.val(sending.type).as('type'),
    row.val(sending.priority).as('priority'),
    row.val(sending.body).as('body'),
    row.val(sending.correlation_id).as('correlation_id'),
    row.val(sending.reply_to).as('reply_to'),
    now(sending.ttl_seconds).as('expires_at'),
    sql.lit('queued' as const).as('state'),
    sql.lit(0).as('attempts'),
    now().as('sent_at'),
  ]);

/** All of them, or none: where one of them may not be sent, the key was used before, or they were sent already. */
export const sendAll = rows((q, sendings: Sending[]) => {
  const tables = q as unknown as Kysely<Tables>; // reads of other rooms stand in routes.ts
  const [one, ...others] = sendings.map((sending) => rowOf(tables, sending));
  const [whole] = sendings;
  if (one === undefined || whole === undefined) throw new RangeError('nothing is sent');
  const all = others.reduce((before, next) => before.unionAll(next), one).as('sent');
  const [closed, lost] = obstacles(tables, sendings);
  return tables
    .insertInto('messages')
    .columns([...columns, 'due_at', 'from_id'])
    .expression(
      tables
        .selectFrom(all)
        .select(columns.map((column) => `sent.${column}` as const))
        .select((row) => ['sent.expires_at as due_at', row.val(whole.from_id).as('from_id')])
        .where(({ exists, not }) => not(exists(closed)))
        .where(({ exists, not }) => not(exists(lost)))
        .where(({ exists, not, selectFrom }) =>
          not(
            exists(
              selectFrom('idempotency_keys')
                .select('idempotency_keys.caller')
                .where('idempotency_keys.caller', '=', whole.from_id)
                .where('idempotency_keys.operation', '=', 'sendMessages')
                .where('idempotency_keys.idempotency_key', '=', whole.key),
            ),
          ),
        )
        .where(({ exists, not, selectFrom }) =>
          not(exists(selectFrom('messages').select('messages.id').where('messages.id', '=', whole.first_id))),
        ),
    );
});

/** Keeps the key of messages that were sent. */
export const keepSendKey = keepKeyWhere((p: { first_id: string }) => {
  const row = expressionBuilder<Tables>();
  return row.exists(row.selectFrom('messages').select('messages.id').where('messages.id', '=', p.first_id));
});

export const findSent = first((q, p: { id: string }) => q.selectFrom('messages').select('id').where('id', '=', p.id));

/** Where messages that were sent went to. */
export const sentAmong = among((q, ids: string[]) =>
  q.selectFrom('messages').select(['id', 'mailbox', 'to_agent']).where('id', 'in', ids).orderBy('id'),
);
