/** Webhooks, and how far the record has been told to them. */
import { now, store } from '../platform/database/statement.ts';
import type { PrincipalTable } from '../access/store.ts';
import type { Webhook } from './webhook.ts';

interface FanOut {
  name: 'events';
  /** How often something was sent. */
  version: number;
  /** Up to there every event is on its way. */
  through_cursor: number;
}

const { all, first, change } = store<{ webhooks: Webhook; fan_outs: FanOut; principals: PrincipalTable }>();

export const findWebhook = first((q, p: { id: string }) =>
  q.selectFrom('webhooks').selectAll().where('id', '=', p.id).where('state', '<>', 'deleted'),
);

export const lockWebhook = first((q, p: { id: string }) =>
  q.selectFrom('webhooks').selectAll().where('id', '=', p.id).where('state', '<>', 'deleted').forUpdate(),
);

/** Of one owner, newest first. */
export const webhooksOf = all((q, p: { owner_id: string; before: string; limit: number }) =>
  q
    .selectFrom('webhooks')
    .selectAll()
    .where('owner_id', '=', p.owner_id)
    .where('id', '<', p.before)
    .where('state', '<>', 'deleted')
    .orderBy('id', 'desc')
    .limit(p.limit),
);

/** Of everybody, newest first. */
export const allWebhooks = all((q, p: { before: string; limit: number }) =>
  q
    .selectFrom('webhooks')
    .selectAll()
    .where('id', '<', p.before)
    .where('state', '<>', 'deleted')
    .orderBy('id', 'desc')
    .limit(p.limit),
);

/** With what its owner may see: neither the owner nor who owns that one is disabled. */
export const enabledWebhooks = all((q, _: Record<never, never>) =>
  q
    .selectFrom('webhooks')
    .innerJoin('principals as owner', 'owner.id', 'webhooks.owner_id')
    .leftJoin('principals as above', 'above.id', 'owner.owner_id')
    .select(['webhooks.id', 'webhooks.format', 'webhooks.event_types', 'webhooks.since_cursor'])
    .select(['webhooks.owner_id', 'owner.kind', 'owner.roles', 'owner.owner_id as above_id'])
    .where('webhooks.state', '=', 'enabled')
    .where('owner.disabled_at', 'is', null)
    .where('above.disabled_at', 'is', null)
    .orderBy('webhooks.id'),
);

type Inserted = Omit<
  Webhook,
  'disabled_reason' | 'previous_secret_id' | 'previous_until' | 'failing_since' | 'created_at'
>;

export const insertWebhook = change((q, p: Inserted) =>
  q.insertInto('webhooks').values({
    id: p.id,
    version: p.version,
    head_hash: p.head_hash,
    owner_id: p.owner_id,
    description: p.description,
    format: p.format,
    url: p.url,
    event_types: p.event_types,
    state: p.state,
    since_cursor: p.since_cursor,
    secret_id: p.secret_id,
    created_at: now(),
  }),
);

/** Guarded by the version read. */
export const updateWebhook = change((q, p: Webhook & { was: number }) =>
  q
    .updateTable('webhooks')
    .set({
      version: p.version,
      head_hash: p.head_hash,
      description: p.description,
      url: p.url,
      event_types: p.event_types,
      state: p.state,
      disabled_reason: p.disabled_reason,
      since_cursor: p.since_cursor,
      secret_id: p.secret_id,
      previous_secret_id: p.previous_secret_id,
      previous_until: p.previous_until,
      failing_since: p.failing_since,
    })
    .where('id', '=', p.id)
    .where('version', '=', p.was)
    .returning('id'),
);

/** Every try has failed since now; a time that is kept already stays. It is locked. */
export const noteFailing = change((q, p: { id: string }) =>
  q.updateTable('webhooks').set({ failing_since: now() }).where('id', '=', p.id).where('failing_since', 'is', null),
);

/** Something has arrived. */
export const noteWorking = change((q, p: { id: string }) =>
  q.updateTable('webhooks').set({ failing_since: null }).where('id', '=', p.id).where('failing_since', 'is not', null),
);

export const findFanOut = first((q, _: Record<never, never>) =>
  q.selectFrom('fan_outs').selectAll().where('name', '=', 'events'),
);

/** One at a time: who has read an earlier version hits no row. */
export const moveFanOut = change((q, p: { was: number; through_cursor: number }) =>
  q
    .updateTable('fan_outs')
    .set((row) => ({ version: row('version', '+', 1), through_cursor: p.through_cursor }))
    .where('name', '=', 'events')
    .where('version', '=', p.was)
    .returning('name'),
);
