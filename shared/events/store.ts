/** The append-only record. */
import { isSettled, store } from '../platform/database/statement.ts';
import type { Tx } from '../platform/platform.ts';
import type { Generated } from 'kysely';
import type { Event } from './chain.ts';
import type { StreamEnd } from './verify.ts';

export interface SealTable {
  id: string;
  at: Date;
  through_cursor: number;
  /** The last event of each stream that changed since the seal before. */
  heads: StreamEnd[];
  key_id: string;
  signature: string;
}

/** The cursor is the database's to give. */
type EventTable = Event & { cursor: Generated<number> };

const { all, first, change, rows } = store<{ events: EventTable; seals: SealTable }>();

const insertSome = rows((q, events: Event[]) =>
  q.insertInto('events').values(
    events.map(({ stream, number, type, at, actor, trace, data, hash }) => ({
      ...{ stream, number, type, at },
      ...{ actor, trace, data, hash },
    })),
  ),
);

/** Events of one statement: its parameters are limited. */
const atOnce = 100;

/** In their order. */
export async function insertEvents(tx: Tx, events: readonly Event[]): Promise<void> {
  for (let from = 0; from < events.length; from += atOnce) await insertSome(tx, events.slice(from, from + atOnce));
}

/** A page of about `limit`: events that share a cursor are never parted. */
export const eventsAfter = all((q, p: { after: number; limit: number }) =>
  q
    .selectFrom('events')
    .selectAll()
    .where('cursor', '>', p.after)
    .where('cursor', '<=', (row) =>
      row
        .selectFrom((inner) =>
          inner
            .selectFrom('events')
            .select('cursor')
            .where('cursor', '>', p.after)
            .where(isSettled('cursor'))
            .orderBy('cursor')
            .limit(p.limit)
            .as('page'),
        )
        .select((page) => page.fn.max('page.cursor').as('last')),
    )
    .orderBy('cursor')
    .orderBy('stream')
    .orderBy('number'),
);

export const eventsOf = all((q, p: { stream: string; after: number; limit: number }) =>
  q
    .selectFrom('events')
    .selectAll()
    .where('stream', '=', p.stream)
    .where('number', '>', p.after)
    .orderBy('number')
    .limit(p.limit),
);

/** The newest event of one type in a stream. */
export const lastEventOf = first((q, p: { stream: string; type: string }) =>
  q
    .selectFrom('events')
    .selectAll()
    .where('stream', '=', p.stream)
    .where('type', '=', p.type)
    .orderBy('number', 'desc')
    .limit(1),
);

export const newestSeal = first((q, _: Record<never, never>) =>
  q.selectFrom('seals').selectAll().orderBy('through_cursor', 'desc').limit(1),
);

export const insertSeal = change((q, p: SealTable) =>
  q.insertInto('seals').values({
    id: p.id,
    at: p.at,
    through_cursor: p.through_cursor,
    heads: p.heads,
    key_id: p.key_id,
    signature: p.signature,
  }),
);

export const lastCursor = first((q, _: Record<never, never>) =>
  q.selectFrom('events').select('cursor').where(isSettled('cursor')).orderBy('cursor', 'desc').limit(1),
);

/** The last event of each stream within a range of cursors. */
export const streamEnds = all((q, p: { after: number; through: number }) =>
  q
    .selectFrom('events as last')
    .select(['last.stream', 'last.number', 'last.hash'])
    .where('last.cursor', '>', p.after)
    .where('last.cursor', '<=', p.through)
    .where((row) =>
      row.not(
        row.exists(
          row
            .selectFrom('events as later')
            .select('later.cursor')
            .whereRef('later.stream', '=', 'last.stream')
            .whereRef('later.number', '>', 'last.number')
            .where('later.cursor', '<=', p.through),
        ),
      ),
    )
    .orderBy('last.cursor'),
);

export const allSeals = all((q, _: Record<never, never>) =>
  q.selectFrom('seals').selectAll().orderBy('through_cursor'),
);
