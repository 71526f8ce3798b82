/** A webhook that nobody hears is disabled, and its owner is told. */
import { raiseActionItem } from '../access/action-items.ts';
import { musterActor } from '../access/caller.ts';
import type { Tx } from '../platform/platform.ts';
import { moveWebhook } from './move.ts';
import type { Webhook } from './webhook.ts';

/** What the action item is called; its subject is the webhook. */
export const webhookDisabled = 'webhook_disabled';

/** Of a locked one. */
export async function disable(tx: Tx, webhook: Webhook, reason: string): Promise<void> {
  const happening = { type: 'disabled', actor: musterActor, data: { owner_id: webhook.owner_id, reason } };
  await moveWebhook(tx, webhook, { is: { state: 'disabled', disabled_reason: reason }, happening });
  const { host } = new URL(webhook.url);
  const detail = `The webhook of ${webhook.owner_id} to ${host} was disabled: ${reason}. Mend what answers there, then enable it with PUT /v1/webhooks/${webhook.id}; what failed can be sent again from its deliveries.`;
  await raiseActionItem(tx, { code: webhookDisabled, subject: webhook.id, detail });
}
