/** What goes to a webhook. */
import type { OutboundRequest } from '../platform/outbound/outbound.ts';
import { signedHeaders } from '../platform/outbound/signature.ts';
import type { Platform } from '../platform/platform.ts';
import type { Delivery } from './delivery.ts';
import { openSecrets } from './secret.ts';
import type { Webhook } from './webhook.ts';

/** As Standard Webhooks recommends: who answers later should do the work after its answer. */
const timeout_milliseconds = 15_000;

/** With the same `webhook-id` at each try. A standard one is signed by each secret that is valid now. */
export async function requestFor(
  platform: Platform,
  webhook: Webhook,
  { id, body }: Delivery,
): Promise<OutboundRequest> {
  const secrets = await openSecrets(platform, webhook);
  const plain = { 'content-type': 'application/json', 'user-agent': 'Muster-Webhooks' };
  const request = { method: 'POST' as const, body, timeout_milliseconds };
  if (webhook.format !== 'standard') return { ...request, url: secrets[0], headers: { ...plain, 'webhook-id': id } };
  const at = platform.clock.now();
  const signed = secrets.map((secret) => signedHeaders(secret, { id, at, body }));
  const signatures = signed.map((headers) => headers['webhook-signature']).join(' ');
  const headers = { ...plain, ...signed[0], 'webhook-signature': signatures };
  return { ...request, url: webhook.url, headers };
}
