/** changeWebhook, rotateWebhookSecret, deleteWebhook: what its owner says of a webhook. */
import type { Caller } from '../access/caller.ts';
import { settleOpenItem } from '../access/action-items.ts';
import { checkMatch, requireMatch } from '../access/if-match.ts';
import { lastCursor } from '../events/store.ts';
import { refuse } from '../outcomes.ts';
import type { Platform } from '../platform/platform.ts';
import { checkTypes, checkUrl } from './check.ts';
import { webhookDisabled } from './disable.ts';
import { moveWebhook } from './move.ts';
import { lockOwn, readOwn } from './own-webhook.ts';
import { forgetSecrets, keepSecret, newSecret, type Secret } from './secret.ts';
import { shownUrl, webhookAnswer, type Webhook, type WebhookAnswer, type WebhookChange } from './webhook.ts';

interface Named {
  webhook_id: string;
  if_match?: string | undefined;
}

/**
 * What is left out stays. One that is enabled again is told of what happens from then on. Refuses `not_found`, `stale`,
 * `precondition_required`, and `invalid` (`/url`, `/event_types`).
 */
export async function changeWebhook(
  platform: Platform,
  caller: Caller,
  { webhook_id, if_match, ...asked }: Named & WebhookChange,
): Promise<WebhookAnswer> {
  const seen = await readOwn(platform.db.read, caller, webhook_id);
  const change = { ...asked, url: asked.url === seen.url ? undefined : asked.url }; // of a card it is shown short
  if (change.event_types !== undefined && seen.owner_id === caller.id) checkTypes(caller, change.event_types);
  const since_cursor = (await lastCursor(platform.db.read, {}))?.cursor ?? 0;
  const secret = change.url === undefined ? undefined : await secretAt(platform, seen, change.url);
  return platform.db.transaction('changeWebhook', async (tx) => {
    const was = await lockOwn(tx, caller, webhook_id);
    requireMatch(if_match, was.version);
    if (secret !== undefined) await keepSecret(tx, secret);
    const is = { ...said(was, change), ...(secret === undefined ? {} : { secret_id: secret.id }) };
    const isEnabling = change.enabled === true && was.state === 'disabled';
    const again = isEnabling ? { ...enabledAgain, since_cursor } : {};
    const happening = { type: 'changed', actor: caller.id };
    const moved = await moveWebhook(tx, was, { is: { ...is, ...again }, happening });
    if (secret !== undefined) await forgetSecrets(tx, [was.secret_id]);
    if (isEnabling) await settleOpenItem(tx, { code: webhookDisabled, subject: was.id, by: caller.id });
    return webhookAnswer(moved);
  });
}

type Change = { [Member in keyof WebhookChange]: WebhookChange[Member] | undefined };

/** The address of a card is its secret. */
async function secretAt(platform: Platform, { id, format }: Webhook, url: string): Promise<Secret | undefined> {
  await checkUrl(platform, url);
  return format === 'standard' ? undefined : newSecret(platform, { webhook_id: id, format, url });
}

const said = (was: Webhook, { url, event_types, description, enabled }: Change): Partial<Webhook> => ({
  ...(url === undefined ? {} : { url: shownUrl(was.format, url) }),
  ...(event_types === undefined ? {} : { event_types }),
  ...(description === undefined ? {} : { description }),
  ...(enabled === false ? { state: 'disabled' as const } : {}),
});

const enabledAgain = { state: 'enabled', disabled_reason: null, failing_since: null } as const;

/** The secret before signs as well for `overlap_seconds`. Refuses `not_found`, `stale`, and `conflict` for a card. */
export async function rotateWebhookSecret(
  platform: Platform,
  caller: Caller,
  { webhook_id, if_match, overlap_seconds }: Named & { overlap_seconds: number },
): Promise<WebhookAnswer> {
  const seen = await readOwn(platform.db.read, caller, webhook_id);
  if (seen.format !== 'standard') refuse('conflict', { detail: 'Its address is its secret: change its url instead.' });
  const secret = await newSecret(platform, { ...seen, webhook_id });
  return platform.db.transaction('rotateWebhookSecret', async (tx) => {
    const was = await lockOwn(tx, caller, webhook_id);
    checkMatch(if_match, was.version);
    await keepSecret(tx, secret);
    const is = {
      secret_id: secret.id,
      previous_secret_id: was.secret_id,
      previous_until: new Date(tx.at.getTime() + overlap_seconds * 1000),
    };
    const moved = await moveWebhook(tx, was, { is, happening: { type: 'rotated', actor: caller.id } });
    await forgetSecrets(tx, [was.previous_secret_id]);
    return webhookAnswer(moved, secret.shown);
  });
}

/** What is on its way to it is not sent any more, and its secrets are forgotten. Refuses `not_found` and `stale`. */
export const deleteWebhook = (platform: Platform, caller: Caller, { webhook_id, if_match }: Named): Promise<void> =>
  platform.db.transaction('deleteWebhook', async (tx) => {
    const was = await lockOwn(tx, caller, webhook_id);
    checkMatch(if_match, was.version);
    const happening = { type: 'deleted', actor: caller.id };
    await moveWebhook(tx, was, { is: { state: 'deleted' }, happening });
    await forgetSecrets(tx, [was.secret_id, was.previous_secret_id]);
    await settleOpenItem(tx, { code: webhookDisabled, subject: webhook_id, by: caller.id });
  });
