/** What is on its way to webhooks, and what became of it. */
import { dueWork } from '../../platform/database/due-work.ts';
import { now, store } from '../../platform/database/statement.ts';
import type { Reads, Tx } from '../../platform/platform.ts';
import type { Delivery } from '../delivery.ts';

const { first, change, among, rows, tables } = store<{ deliveries: Delivery }>();

export const deliveryWork = dueWork('deliveries');

export type NewDelivery = Pick<Delivery, 'id' | 'webhook_id' | 'about' | 'event_type' | 'body' | 'due_seconds'>;

const insertSome = rows((q, deliveries: NewDelivery[]) =>
  q.insertInto('deliveries').values(
    deliveries.map(({ id, webhook_id, about, event_type, body, due_seconds }) => ({
      ...{ id, webhook_id, about, event_type, body, due_seconds },
      ...{ state: 'waiting' as const, not_before: now(), due_at: now(due_seconds), attempts: 0, fence: 0 },
      ...{ tried: [], created_at: now() },
    })),
  ),
);

/** Of one statement: its parameters are limited. */
const atOnce = 100;

export async function insertDeliveries(tx: Tx, deliveries: readonly NewDelivery[]): Promise<void> {
  for (let from = 0; from < deliveries.length; from += atOnce)
    await insertSome(tx, deliveries.slice(from, from + atOnce));
}

export const findDelivery = first((q, p: { id: string }) =>
  q.selectFrom('deliveries').selectAll().where('id', '=', p.id),
);

/** Takes it for `lease_seconds` and counts the try; no row: stale, doubled or too early, nothing to do. */
export const claimDelivery = change((q, p: { id: string; lease_seconds: number }) =>
  q
    .updateTable('deliveries')
    .set((row) => ({
      fence: row('fence', '+', 1),
      attempts: row('attempts', '+', 1),
      lease_until: now(p.lease_seconds),
      due_at: now(p.lease_seconds),
    }))
    .where('id', '=', p.id)
    .where('state', '=', 'waiting')
    .where('not_before', '<=', now())
    .where((row) => row.or([row('lease_until', 'is', null), row('lease_until', '<', now())]))
    .returning('id'),
);

export const lockDelivery = first((q, p: { id: string }) =>
  q.selectFrom('deliveries').selectAll().where('id', '=', p.id).forUpdate(),
);

/** What a webhook was told of this, if it was. */
export const findAbout = first((q, p: { webhook_id: string; about: string }) =>
  q.selectFrom('deliveries').select('id').where('webhook_id', '=', p.webhook_id).where('about', '=', p.about),
);

/** What these webhooks were told of budgets: a range of the key, so that no more is read. */
export const toldOfBudgets = among((q, webhook_ids: string[]) =>
  q
    .selectFrom('deliveries')
    .select(['webhook_id', 'about'])
    .where('webhook_id', 'in', webhook_ids)
    .where('about', '>=', 'budget:')
    .where('about', '<', 'budget;'),
);

export const anyDue = first((q, _: Record<never, never>) =>
  q.selectFrom('deliveries').select('id').where('due_at', '<=', now()).limit(1),
);

type Settled = Pick<Delivery, 'id' | 'fence' | 'state' | 'last_fault' | 'tried'>;

/** The end of a delivery; hits nothing when its claim was taken over. */
export const finishDelivery = change((q, p: Settled) =>
  q
    .updateTable('deliveries')
    .set((row) => ({
      state: p.state,
      fence: row('fence', '+', 1),
      lease_until: null,
      due_at: null,
      last_fault: p.last_fault,
      tried: p.tried,
      settled_at: now(),
    }))
    .where('id', '=', p.id)
    .where('fence', '=', p.fence)
    .where('state', '=', 'waiting')
    .returning('id'),
);

/** Another try after so many seconds; hits nothing when its claim was taken over. */
export const putOff = change((q, p: Omit<Settled, 'state'> & { seconds: number; due_seconds: number }) =>
  q
    .updateTable('deliveries')
    .set((row) => ({
      fence: row('fence', '+', 1),
      lease_until: null,
      not_before: now(p.seconds),
      due_at: now(p.seconds),
      due_seconds: p.due_seconds,
      last_fault: p.last_fault,
      tried: p.tried,
    }))
    .where('id', '=', p.id)
    .where('fence', '=', p.fence)
    .where('state', '=', 'waiting')
    .returning('id'),
);

/** From the beginning; the tries before stay in its log. It is locked, and settled. */
export const sendAgain = change((q, p: { id: string; due_seconds: number }) =>
  q
    .updateTable('deliveries')
    .set((row) => ({
      state: 'waiting',
      fence: row('fence', '+', 1),
      attempts: 0,
      not_before: now(),
      due_at: now(p.due_seconds),
      due_seconds: p.due_seconds,
      settled_at: null,
    }))
    .where('id', '=', p.id),
);

export interface DeliveryFilter {
  webhook_id: string;
  /** Left out: all. */
  state?: Delivery['state'] | undefined;
  event_type?: string | undefined;
  /** Ids below this one: newest first. */
  before?: string | undefined;
  limit: number;
}

export function listDeliveryRows(on: Reads, filter: DeliveryFilter): Promise<Delivery[]> {
  const { webhook_id, state, event_type, before, limit } = filter;
  const of = tables(on).selectFrom('deliveries').selectAll().where('webhook_id', '=', webhook_id);
  let query = of.orderBy('id', 'desc').limit(limit);
  if (state !== undefined) query = query.where('state', '=', state);
  if (event_type !== undefined) query = query.where('event_type', '=', event_type);
  if (before !== undefined) query = query.where('id', '<', before);
  return on.run(query.compile());
}

/** Longer than a month: what says that a budget's period was told of must outlast the period. */
export const keptSeconds = 35 * 86_400;

/** Those that were settled before `from_now_seconds`, which is negative: up to `limit`. */
export const deleteOldDeliveries = change((q, p: { from_now_seconds: number; limit: number }) =>
  q
    .deleteFrom('deliveries')
    .where('settled_at', '<', now(p.from_now_seconds))
    .where('id', 'in', (inner) =>
      inner
        .selectFrom('deliveries')
        .select('id')
        .where('settled_at', '<', now(p.from_now_seconds))
        .orderBy('settled_at')
        .limit(p.limit)
        .forUpdate()
        .skipLocked(),
    )
    .returning('id'),
);
