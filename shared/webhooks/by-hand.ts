/** testWebhook and redeliverWebhook: what its owner has sent by hand. */
import type { Caller } from '../access/caller.ts';
import { refuse } from '../outcomes.ts';
import type { Platform } from '../platform/platform.ts';
import { deliveryAnswer, type DeliveryAnswer } from './delivery.ts';
import { bodyOf } from './news.ts';
import { lockOwn } from './own-webhook.ts';
import { deliveryOf, type NamedDelivery } from './read.ts';
import { insertDeliveries, lockDelivery, sendAgain } from './store/deliveries.ts';

/** Sends a ping, also to one that is disabled; its delivery says how it went. Refuses `not_found`. */
export const testWebhook = (
  platform: Platform,
  caller: Caller,
  { webhook_id }: { webhook_id: string },
): Promise<DeliveryAnswer> =>
  platform.db.transaction('testWebhook', async (tx) => {
    const { format } = await lockOwn(tx, caller, webhook_id);
    const id = tx.newId('dlv');
    const news = {
      ...{ about: `ping:${id}`, type: 'webhook.ping' as const, at: tx.at, data: { webhook_id } },
      ...{ name: webhook_id, text: `${caller.id} asks whether this arrives.`, facts: [] },
    };
    const event_type = news.type;
    const due_seconds = tx.config.DUE_SECONDS;
    await insertDeliveries(tx, [
      { id, webhook_id, about: news.about, event_type, body: bodyOf(news, format), due_seconds },
    ]);
    tx.ring('deliver', id);
    return deliveryAnswer(await deliveryOf(tx, { webhook_id, delivery_id: id }));
  });

/**
 * Sends the same again, with the same `webhook-id`, and all tries anew. Refuses `not_found`, and `conflict` while it is on
 * its way or its webhook is disabled.
 */
export const redeliverWebhook = (platform: Platform, caller: Caller, named: NamedDelivery): Promise<DeliveryAnswer> =>
  platform.db.transaction('redeliverWebhook', async (tx) => {
    const webhook = await lockOwn(tx, caller, named.webhook_id);
    const row = await lockDelivery(tx, { id: named.delivery_id });
    if (row?.webhook_id !== webhook.id) refuse('not_found');
    if (row.state === 'waiting') refuse('conflict', { detail: 'It is on its way already.' });
    if (webhook.state === 'disabled') refuse('conflict', { detail: 'Enable the webhook first.' });
    await sendAgain(tx, { id: row.id, due_seconds: tx.config.DUE_SECONDS });
    tx.ring('deliver', row.id);
    return deliveryAnswer(await deliveryOf(tx, named));
  });
