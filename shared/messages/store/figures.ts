/** What mail there is and how fast it goes, from indexes alone: a million messages are counted in about 0.1 s. */
import { sql } from 'kysely';
import { now, store } from '../../platform/database/statement.ts';
import type { Dated } from '../../agents/store.ts';
import type { Message } from '../message.ts';

const { all, among } = store<{ messages: Message }>();

/** A row for each type and state; the oldest is by its sending. */
export const countsByType = all((q, _: Record<never, never>) =>
  q
    .selectFrom('messages')
    .select(['type', 'state', sql<number>`count(*)`.as('messages'), now().as('at')])
    .select((row) => row.fn.min<Dated['at']>('sent_at').as('oldest_at'))
    .groupBy(['type', 'state']),
);

const since = (seconds: number) => sql<number>`sum(case when sent_at > ${now(-seconds)} then 1 else 0 end)`;

/** Of these types, how many were sent in the last 1, 5 and 15 minutes. */
export const sentOfLate = among((q, types: string[]) =>
  q
    .selectFrom('messages')
    .select(['type', since(60).as('last_1'), since(300).as('last_5'), since(900).as('last_15')])
    .where('type', 'in', types)
    .where('state', 'in', ['queued', 'delayed', 'received', 'acknowledged', 'dead'])
    .where('sent_at', '>', now(-900))
    .groupBy('type'),
);

/** The last that were received for the first time. */
export const lastReceived = all((q, p: { limit: number }) =>
  q
    .selectFrom('messages')
    .select(['type', 'sent_at', 'received_at'])
    .where('received_at', 'is not', null)
    .orderBy('received_at', 'desc')
    .limit(p.limit),
);
