/** What must hold of each message for it to be sent: somebody may receive it, its type stands, and a channel allows it. */
import { sql, type Kysely } from 'kysely';
import { store } from '../../platform/database/statement.ts';
import type { Agent } from '../../agents/agent.ts';
import type { Channel } from '../channel.ts';
import type { Message } from '../message.ts';
import type { Mailbox } from './mailboxes.ts';

export interface RouteTables {
  mailboxes: Mailbox;
  agents: Pick<Agent, 'id' | 'role'>;
  message_channels: Channel;
  message_types: { name: string; version: number };
}

/** One message as the rules see it; who sends is the same for all. */
export interface Route extends Pick<Message, 'mailbox' | 'type' | 'from_id'> {
  /** Of a custom type, as its schema was read; 0 of a built-in one. */
  version: number;
}

const { rows } = store<{
  mailboxes: Mailbox;
  agents: Pick<Agent, 'id' | 'role'>;
  message_channels: Channel;
  message_types: { name: string; version: number };
}>();

/** Stand-ins of a statement that is kept are each another; where there are values, many are often the same. */
const eachOnce = (given: readonly Route[]): Route[] => [
  ...new Map(given.map((route) => [typeof route.mailbox === 'string' ? nameOf(route) : route, route])).values(),
];

const nameOf = ({ mailbox, type }: Route): string => `${type} ${mailbox}`;

const asTable = (q: Kysely<RouteTables>, given: readonly Route[]) => {
  const [one, ...others] = eachOnce(given).map((route) =>
    q.selectNoFrom((row) => [
      row.val(route.mailbox).as('mailbox'),
      row.val(route.type).as('type'),
      row.val(route.version).as('version'),
    ]),
  );
  if (one === undefined) throw new RangeError('nothing is sent');
  return others.reduce((before, next) => before.unionAll(next), one).as('route');
};

const isOrAny = (column: keyof Channel, other: string) =>
  sql<boolean>`(${sql.ref(`channel.${column}`)} = ${sql.ref(other)} or ${sql.ref(`channel.${column}`)} = '*')`;

/** What no channel allows, by the role of each who could receive it. */
const closed = (q: Kysely<RouteTables>, given: readonly Route[]) =>
  q
    .selectFrom(asTable(q, given))
    .innerJoin('agents as sender', (join) => join.on('sender.id', '=', given[0]?.from_id ?? ''))
    .innerJoin('mailboxes as served', 'served.mailbox', 'route.mailbox')
    .innerJoin('agents as receiver', 'receiver.id', 'served.agent_id')
    .select(['route.type', 'sender.role as from_role', 'receiver.role as to_role'])
    .where('served.closed_at', 'is', null)
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom('message_channels as channel')
            .select('channel.type')
            .where(isOrAny('from_role', 'sender.role'))
            .where(isOrAny('type', 'route.type'))
            .where(isOrAny('to_role', 'receiver.role')),
        ),
      ),
    );

export const closedAmong = rows((q, given: Route[]) => closed(q, given));

/** What nobody may receive, or whose type is not what it was when the body was held against it. */
const lost = (q: Kysely<RouteTables>, given: readonly Route[]) =>
  q
    .selectFrom(asTable(q, given))
    .select('route.mailbox')
    .where(({ and, or, eb, exists, not, selectFrom }) =>
      or([
        not(
          exists(
            selectFrom('mailboxes as served')
              .select('served.mailbox')
              .whereRef('served.mailbox', '=', 'route.mailbox')
              .where('served.closed_at', 'is', null),
          ),
        ),
        and([
          eb('route.version', '>', 0),
          not(
            exists(
              selectFrom('message_types as known')
                .select('known.name')
                .whereRef('known.name', '=', 'route.type')
                .whereRef('known.version', '=', 'route.version'),
            ),
          ),
        ]),
      ]),
    );

/** Of all that are sent together: what keeps them from being sent. */
export const obstacles = (q: Kysely<RouteTables>, given: readonly Route[]) =>
  [closed(q, given), lost(q, given)] as const;
