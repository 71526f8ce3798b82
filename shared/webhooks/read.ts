/** getWebhook, listWebhooks, listDeliveries, getDelivery. */
import { hasRole, type Caller } from '../access/caller.ts';
import { refuse } from '../outcomes.ts';
import type { Platform, Reads } from '../platform/platform.ts';
import { deliveryAnswer, type Delivery, type DeliveryAnswer } from './delivery.ts';
import { readOwn } from './own-webhook.ts';
import { allWebhooks, webhooksOf } from './store.ts';
import { findDelivery, listDeliveryRows, type DeliveryFilter } from './store/deliveries.ts';
import { webhookAnswer, type WebhookAnswer } from './webhook.ts';

/** Above every id. */
const newest = '~';

/** Refuses `not_found`. */
export const getWebhook = async (
  platform: Platform,
  caller: Caller,
  { webhook_id }: { webhook_id: string },
): Promise<WebhookAnswer> => webhookAnswer(await readOwn(platform.db.read, caller, webhook_id));

/** The caller's own, for an admin all; newest first. */
export async function listWebhooks(
  { db }: Platform,
  caller: Caller,
  { before = newest, limit }: { before?: string | undefined; limit: number },
): Promise<WebhookAnswer[]> {
  const rows = hasRole(caller, 'admin')
    ? await allWebhooks(db.read, { before, limit })
    : await webhooksOf(db.read, { owner_id: caller.id, before, limit });
  return rows.map((row) => webhookAnswer(row));
}

/** Newest first. Refuses `not_found`. */
export async function listDeliveries(
  { db }: Platform,
  caller: Caller,
  filter: DeliveryFilter,
): Promise<DeliveryAnswer[]> {
  await readOwn(db.read, caller, filter.webhook_id);
  return (await listDeliveryRows(db.read, filter)).map(deliveryAnswer);
}

export interface NamedDelivery {
  webhook_id: string;
  delivery_id: string;
}

/** With its body. Refuses `not_found`. */
export async function getDelivery(
  { db }: Platform,
  caller: Caller,
  { webhook_id, delivery_id }: NamedDelivery,
): Promise<DeliveryAnswer & { body: string }> {
  await readOwn(db.read, caller, webhook_id);
  const row = await deliveryOf(db.read, { webhook_id, delivery_id });
  return { ...deliveryAnswer(row), body: row.body };
}

/** Refuses `not_found`. */
export async function deliveryOf(reads: Reads, { webhook_id, delivery_id }: NamedDelivery): Promise<Delivery> {
  const row = await findDelivery(reads, { id: delivery_id });
  return row?.webhook_id === webhook_id ? row : refuse('not_found');
}
