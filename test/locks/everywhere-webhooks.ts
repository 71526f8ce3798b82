/** Webhooks on the walk through every transaction: made, told, not heard, tried by hand, and gone. */
import { raiseActionItem } from '../../shared/access/action-items.ts';
import { redeliverWebhook, testWebhook } from '../../shared/webhooks/by-hand.ts';
import { changeWebhook, deleteWebhook, rotateWebhookSecret } from '../../shared/webhooks/change.ts';
import { createWebhook } from '../../shared/webhooks/create.ts';
import { fanOutEvents } from '../../shared/webhooks/fan-out.ts';
import { listDeliveries } from '../../shared/webhooks/read.ts';
import { NewWebhook, type WebhookAnswer } from '../../shared/webhooks/webhook.ts';
import type { Said } from '../readiness/a-server.ts';
import { dailyDigest } from '../../shared/digest/daily.ts';
import { RotaInput } from '../../shared/webhooks/rota/rota.ts';
import { putRota } from '../../shared/webhooks/rota/set.ts';
import { admin, type Town } from '../road/town.ts';

interface Way {
  town: Town;
  url: string;
  answers: (answer: () => Said) => void;
}

export async function webhooks(way: Way): Promise<void> {
  const { town, answers } = way;
  const { platform } = town;
  const hook = NewWebhook.parse({
    url: `${way.url}/hook`,
    event_types: ['job.submitted', 'action_item.raised', 'budget.alert'],
  });
  const webhook = await createWebhook(platform, admin, { ...hook, idempotency_key: 'once' });
  await createWebhook(platform, admin, { ...hook, enabled: false });
  await onCall(town, webhook);
  await rotateWebhookSecret(platform, admin, { ...webhook, overlap_seconds: 60 });
  await testWebhook(platform, admin, webhook);
  answers(() => ({ status: 204 }));
  await news(town);
  await town.tamper('update budgets set limit_micros = 1');
  await tell(town);
  await town.tamper('update budgets set limit_micros = 900000000');
  answers(() => ({ status: 500 }));
  await town.submitted();
  await tell(town);
  answers(() => ({ status: 204 }));
  await town.world.advance(10);
  await tell(town);
  await notHeard(way, webhook);
  await deleteWebhook(platform, admin, webhook);
}

/** Of each kind that is told. */
async function news(town: Town): Promise<void> {
  await town.submitted();
  const item = { code: 'stuck', subject: 'writer', detail: 'It hangs.' };
  await town.platform.db.transaction('raise', (tx) => raiseActionItem(tx, item));
}

async function tell(town: Town): Promise<void> {
  await fanOutEvents(town.platform);
  await town.settle();
}

/** Disabled for good, enabled again, and sent by hand what has failed. */
async function notHeard({ town, answers }: Way, webhook: WebhookAnswer): Promise<void> {
  const { platform } = town;
  answers(() => ({ status: 410 }));
  await town.submitted();
  await fanOutEvents(platform);
  await town.settle();
  await changeWebhook(platform, admin, { ...webhook, if_match: '*', enabled: true });
  const [failed] = await listDeliveries(platform, admin, { ...webhook, state: 'failed', limit: 1 });
  await redeliverWebhook(platform, admin, { ...webhook, delivery_id: failed?.delivery_id ?? '' });
  await changeWebhook(platform, admin, { ...webhook, if_match: '*', enabled: false });
  await town.settle();
}

/** A rota, said twice; and the digest of a day. */
async function onCall({ platform }: Town, { webhook_id }: WebhookAnswer): Promise<void> {
  const members = [{ principal_id: admin.id, webhook_id }];
  const weekly = { time_zone: 'UTC', handover: { weekday: 'monday', time: '09:00' }, starts_on: '2026-03-02', members };
  for (const if_match of [undefined, '*']) await putRota(platform, admin, { ...RotaInput.parse(weekly), if_match });
  await dailyDigest({ ...platform, config: { ...platform.config, DAILY_DIGEST_AT: '00:00' } });
}
