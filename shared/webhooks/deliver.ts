/** deliverWebhook: sends one delivery to its webhook by a signed call, again and again until it is heard or given up. */
import { LostRace, loseRace } from '../outcomes.ts';
import { OutboundFault, type OutboundAnswer } from '../platform/outbound/outbound.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { mask } from '../platform/telemetry/mask.ts';
import { findWithOwner } from '../access/store.ts';
import { requestFor } from './delivery-call.ts';
import type { Delivery, Try } from './delivery.ts';
import { disable } from './disable.ts';
import { isGivenUp, mostTries, nextTrySeconds } from './retries.ts';
import { findWebhook, lockWebhook, noteFailing, noteWorking } from './store.ts';
import { claimDelivery, findDelivery, finishDelivery, putOff } from './store/deliveries.ts';
import type { Webhook } from './webhook.ts';

/** Longer than a call may take. */
const claimSeconds = 60;
const keptTries = 20;
const keptCharacters = 500;

/** The id is the delivery's. Never throws what it has kept. */
export async function deliverWebhook(platform: Platform, id: string): Promise<void> {
  const delivery = await claim(platform, id);
  if (delivery === undefined) return;
  try {
    await deliverOnce(platform, delivery);
  } catch (error) {
    // The edge of this stage: a race lost is over; anything else is kept, and tried again.
    platform.telemetry.fault(error);
    if (!(error instanceof LostRace)) await keepFailure(platform, delivery, { error });
  }
}

/** One request between BEGIN and COMMIT. */
const claim = (platform: Platform, id: string): Promise<Delivery | undefined> =>
  platform.db.transaction('deliverWebhook claim', async (tx) => {
    const claiming = claimDelivery(tx, { id, lease_seconds: claimSeconds });
    const [claimed, delivery] = await Promise.all([claiming, findDelivery(tx, { id })]);
    return claimed.length === 0 ? undefined : delivery;
  });

async function deliverOnce(platform: Platform, delivery: Delivery): Promise<void> {
  const webhook = await findWebhook(platform.db.read, { id: delivery.webhook_id });
  if (webhook === undefined) return end(platform, delivery, failedBy('the webhook was deleted'));
  const obstacle = await obstacleTo(platform, delivery, webhook);
  if (obstacle !== undefined) return end(platform, delivery, failedBy(obstacle));
  const answer = await platform.outbound.call(await requestFor(platform, webhook, delivery));
  if (hasArrived(answer)) await keepSuccess(platform, { delivery, webhook, answer });
  else await keepFailure(platform, delivery, { error: new Error(`it answered ${answer.status}`), answer });
}

const hasArrived = ({ status }: OutboundAnswer): boolean => status >= 200 && status <= 299;

/** A ping also goes to a webhook that is disabled: it may be tried before it is enabled. */
async function obstacleTo(
  { db }: Platform,
  { attempts, event_type, last_fault }: Delivery,
  webhook: Webhook,
): Promise<string | undefined> {
  if (attempts > mostTries) return last_fault ?? 'the call never came back';
  if (webhook.state === 'disabled' && event_type !== 'webhook.ping') return 'the webhook is disabled';
  const owner = await findWithOwner(db.read, { id: webhook.owner_id });
  const isOut = owner === undefined || owner.disabled_at !== null || owner.owner_disabled_at !== null;
  return isOut ? 'its owner may not call any more' : undefined;
}

interface Heard {
  delivery: Delivery;
  webhook: Webhook;
  answer: OutboundAnswer;
}

/** What has arrived is delivered, also where its answer cannot be kept: that is no fault of the other side. */
async function keepSuccess(platform: Platform, heard: Heard): Promise<void> {
  try {
    await keepAnswer(platform, heard);
  } catch (error) {
    if (error instanceof LostRace) throw error;
    platform.telemetry.fault(error);
    await end(platform, heard.delivery, { state: 'delivered', last_fault: null });
  }
}

/** The row of the webhook is written only where its last tries had failed. */
const keepAnswer = (platform: Platform, { delivery, webhook, answer }: Heard): Promise<void> =>
  platform.db.transaction('deliverWebhook', async (tx) => {
    if (webhook.failing_since !== null) await noteWorking(tx, { id: webhook.id });
    const tried = triedWith(platform, delivery, { answer, fault: null });
    const hit = await finishDelivery(tx, { ...delivery, state: 'delivered', last_fault: null, tried });
    if (hit.length === 0) loseRace();
  });

interface Failure {
  error: unknown;
  answer?: OutboundAnswer;
}

/**
 * What is left of it is decided under the lock of the webhook: gone, given up, or tried again. A fault of ours, as when the
 * vault is away, is not held against the webhook.
 */
async function keepFailure(platform: Platform, delivery: Delivery, { error, answer }: Failure): Promise<void> {
  const fault = mask(error instanceof Error ? error.message : String(error)).slice(0, 2000);
  platform.log.warn({ delivery: delivery.id, webhook: delivery.webhook_id, fault }, 'a webhook was not delivered');
  const tried = triedWith(platform, delivery, { answer, fault });
  const isTheirs = answer !== undefined || error instanceof OutboundFault;
  const isUseless = answer?.status === 410 || (error instanceof OutboundFault && error.kind === 'refused');
  const retry_after = answer?.headers['retry-after'];
  const again = { attempts: delivery.attempts, fraction: platform.random.fraction(), retry_after };
  const seconds = isUseless ? undefined : nextTrySeconds(again);
  await platform.db.transaction('deliverWebhook failure', async (tx) => {
    const webhook = await lockWebhook(tx, { id: delivery.webhook_id });
    const kept = { ...delivery, last_fault: fault, tried };
    const hit =
      seconds === undefined
        ? await finishDelivery(tx, { ...kept, state: 'failed' })
        : await putOff(tx, { ...kept, seconds, due_seconds: tx.config.DUE_SECONDS });
    if (isTheirs && hit.length > 0 && webhook !== undefined) await noteFailure(tx, webhook, answer);
  });
}

/** One that says it is gone, or that has heard nothing for days, is disabled. */
async function noteFailure(tx: Tx, webhook: Webhook, answer: OutboundAnswer | undefined): Promise<void> {
  if (webhook.state !== 'enabled') return;
  const reason = reasonToDisable(webhook, tx.at, answer);
  if (reason === undefined) await noteFailing(tx, webhook);
  else await disable(tx, { ...webhook, failing_since: webhook.failing_since ?? tx.at }, reason);
}

function reasonToDisable({ failing_since }: Webhook, at: Date, answer: OutboundAnswer | undefined): string | undefined {
  if (answer?.status === 410) return 'it answered 410 Gone';
  return isGivenUp(failing_since, at) ? 'every try of five days has failed' : undefined;
}

type End = Pick<Delivery, 'state' | 'last_fault'>;

const failedBy = (last_fault: string): End => ({ state: 'failed', last_fault });

async function end(platform: Platform, delivery: Delivery, is: End): Promise<void> {
  await platform.db.transaction('deliverWebhook end', (tx) => finishDelivery(tx, { ...delivery, ...is }));
}

function triedWith(
  { clock }: Platform,
  { tried }: Delivery,
  { answer, fault }: { answer: OutboundAnswer | undefined; fault: string | null },
): Try[] {
  const one = {
    at: clock.now().toISOString(),
    status: answer?.status ?? null,
    latency_milliseconds: answer === undefined ? null : Math.round(answer.latency_milliseconds),
    response: answer === undefined ? null : mask(answer.body.slice(0, keptCharacters)),
    fault,
  };
  return [...tried, one].slice(-keptTries);
}
