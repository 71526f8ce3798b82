/** createWebhook: an address that is told of events from now on. */
import type { Caller } from '../access/caller.ts';
import { once } from '../access/idempotency.ts';
import { lockPrincipal } from '../access/store.ts';
import { lastCursor } from '../events/store.ts';
import { refuse } from '../outcomes.ts';
import { newId } from '../platform/ids.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { checkTypes, checkUrl } from './check.ts';
import { insertMoved } from './move.ts';
import { readOwn } from './own-webhook.ts';
import { keepSecret, newSecret, type Secret } from './secret.ts';
import { webhooksOf } from './store.ts';
import { shownUrl, webhookAnswer, type NewWebhook, type WebhookAnswer } from './webhook.ts';

/** Of one owner; each costs something at every event. */
const mostWebhooks = 50;

type Create = NewWebhook & { idempotency_key?: string | undefined };

interface Creating {
  id: string;
  input: NewWebhook;
  secret: Secret;
  since_cursor: number;
}

/**
 * The secret is in this answer alone; a repeat by `Idempotency-Key` does not show it again. Refuses `invalid` (`/url`,
 * `/event_types`), `webhook_limit` and `idempotency_key_reused`.
 */
export async function createWebhook(
  platform: Platform,
  caller: Caller,
  { idempotency_key: key, ...input }: Create,
): Promise<WebhookAnswer> {
  checkTypes(caller, input.event_types);
  await checkUrl(platform, input.url);
  const id = newId('webhook', platform.clock.now(), platform.random);
  const secret = await newSecret(platform, { ...input, webhook_id: id });
  const since_cursor = (await lastCursor(platform.db.read, {}))?.cursor ?? 0;
  return platform.db.transaction('createWebhook', async (tx) => {
    const create = () => insertNew(tx, caller, { id, input, secret, since_cursor });
    const made = await once(tx, { caller: caller.id, operation: 'createWebhook', key, body: input, create });
    return webhookAnswer(await readOwn(tx, caller, made.id), made.repeated ? null : secret.shown);
  });
}

/** Those of an owner are counted under the lock of the owner. */
async function insertNew(tx: Tx, caller: Caller, { id, input, secret, since_cursor }: Creating): Promise<string> {
  const owner_id = caller.id;
  await lockPrincipal(tx, { id: owner_id });
  const own = await webhooksOf(tx, { owner_id, before: '~', limit: mostWebhooks });
  if (own.length >= mostWebhooks) refuse('webhook_limit');
  await keepSecret(tx, secret);
  const { url, format, event_types, description, enabled } = input;
  const first = {
    ...{ id, owner_id, description, format, url: shownUrl(format, url), event_types },
    state: enabled ? ('enabled' as const) : ('disabled' as const),
    since_cursor,
    secret_id: secret.id,
    ...{ disabled_reason: null, previous_secret_id: null, previous_until: null, failing_since: null },
    created_at: tx.at,
  };
  await insertMoved(tx, first, owner_id);
  return id;
}
