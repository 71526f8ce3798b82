import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isFromMuster } from '../../examples/webhooks/verify.ts';
import { listActionItems } from '../../shared/access/list-action-items.ts';
import { redeliverWebhook, testWebhook } from '../../shared/webhooks/by-hand.ts';
import { changeWebhook, deleteWebhook, rotateWebhookSecret } from '../../shared/webhooks/change.ts';
import { deliverWebhook } from '../../shared/webhooks/deliver.ts';
import { fanOutEvents } from '../../shared/webhooks/fan-out.ts';
import { getWebhook } from '../../shared/webhooks/read.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import type { WebhookAnswer } from '../../shared/webhooks/webhook.ts';
import { admin } from '../road/town.ts';
import { openHooked, reader, type Hooked } from './a-hook.ts';

let h: Hooked;
let webhook: WebhookAnswer;
beforeEach(async () => {
  h = await openHooked();
  webhook = await h.hook({ event_types: ['job.submitted', 'webhook.disabled'] });
});
afterEach(() => h.close());

const headersOf = (at: number) => h.server.asked[at]?.headers as Record<string, string>;
const bodyOf = (at: number) => h.server.asked[at]?.body ?? '';
const now = () => h.town.world.clock.now();
const seen = () => getWebhook(h.town.platform, admin, webhook);

/** A job is submitted, and what follows. */
async function submitOne(): Promise<void> {
  await h.town.submitted();
  await h.tell();
}

async function later(seconds: number): Promise<void> {
  await h.town.world.advance(seconds);
  await h.tell();
}

/** Whether a secret is one of those that have signed, by the verifier that the documents show. */
function isSignedBy(secret: string | null, at = 0): boolean {
  vi.setSystemTime(now());
  const is = isFromMuster(secret ?? '', headersOf(at), bodyOf(at));
  vi.useRealTimers();
  return is;
}

describe('a delivery', () => {
  test('is signed as Standard Webhooks say, and the documented verifier finds it good', async () => {
    await submitOne();
    const { 'webhook-id': id = '', 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headersOf(0);
    const at = new Date(Number(timestamp) * 1000);
    expect(signature).toBe(new Webhook(webhook.secret ?? '').sign(id, at, bodyOf(0)));
    expect(isSignedBy(webhook.secret)).toBe(true);
    expect(isSignedBy(`whsec_${Buffer.alloc(32, 1).toString('base64')}`)).toBe(false);
    expect(isFromMuster(webhook.secret ?? '', headersOf(0), bodyOf(0))).toBe(false); // that was months ago
    expect(await h.log(webhook)).toMatchObject([
      { delivery_id: id, state: 'delivered', attempts: 1, status: 204, fault: null, next_attempt_at: null },
    ]);
  });

  test('is sent once by a bell that comes twice', async () => {
    await h.town.submitted();
    await fanOutEvents(h.town.platform);
    const [{ id } = { id: '' }] = h.town.world.rung;
    await Promise.all([deliverWebhook(h.town.platform, id), deliverWebhook(h.town.platform, id)]);
    await h.town.settle();
    expect(h.server.asked).toHaveLength(1);
  });

  test('that fails is tried again with the same id and body, and logs each try', async () => {
    h.answers({ status: 503, body: 'no room' });
    await submitOne();
    await later(3);
    expect(h.server.asked).toHaveLength(1);
    h.answers({ status: 200, body: 'ok' });
    await later(3);
    expect(h.server.asked).toHaveLength(2);
    expect(headersOf(1)['webhook-id']).toBe(headersOf(0)['webhook-id']);
    expect(headersOf(1)['webhook-timestamp']).not.toBe(headersOf(0)['webhook-timestamp']);
    expect(bodyOf(1)).toBe(bodyOf(0));
    const [log] = await h.log(webhook);
    expect(log).toMatchObject({ state: 'delivered', attempts: 2, status: 200, fault: null });
    expect(log?.tries).toMatchObject([
      { status: 503, response: 'no room', fault: 'it answered 503' },
      { status: 200, response: 'ok', fault: null },
    ]);
    expect((await seen()).failing_since).toBeNull();
  });

  test('waits as long as the other side asks for', async () => {
    h.answers({ status: 429, headers: { 'retry-after': '600' } });
    await submitOne();
    await later(599);
    expect(h.server.asked).toHaveLength(1);
    await later(2);
    expect(h.server.asked).toHaveLength(2);
  });

  test('follows no redirect', async () => {
    h.answers({ status: 302, headers: { location: `${h.server.url}/elsewhere` } });
    await submitOne();
    expect(h.server.asked.map(({ path }) => path)).toEqual(['/hook']);
    expect(await h.log(webhook)).toMatchObject([{ state: 'waiting', status: 302, fault: 'it answered 302' }]);
  });

  test('is given up after ten tries in three days, each at its time', async () => {
    h.answers({ status: 500 });
    await submitOne();
    for (let hours = 0; hours < 24 * 4; hours++) {
      await later(1800);
      await later(1800);
    }
    expect(h.server.asked).toHaveLength(10);
    expect(await h.log(webhook)).toMatchObject([{ state: 'failed', attempts: 10, fault: 'it answered 500' }]);
    expect((await seen()).enabled).toBe(true);
  });

  test('whose process dies in the call is tried again when its claim has run out', async () => {
    await h.town.submitted();
    await fanOutEvents(h.town.platform);
    const [{ id } = { id: '' }] = h.town.world.rung;
    h.town.lose();
    const dying = {
      ...h.town.platform,
      outbound: { ...h.town.platform.outbound, call: () => new Promise<never>(() => {}) },
    };
    void deliverWebhook(dying, id);
    await later(30);
    expect(h.server.asked).toHaveLength(0);
    await later(31);
    expect(await h.log(webhook)).toMatchObject([{ state: 'delivered', attempts: 2 }]);
  });

  test('to an address that has become private is not tried again', async () => {
    await h.town.tamper("update webhooks set url = 'https://10.0.0.1/hook'");
    await submitOne();
    expect(await h.log(webhook)).toMatchObject([{ state: 'failed', attempts: 1, status: null }]);
    expect((await h.log(webhook))[0]?.fault).toContain('is not a public address');
  });

  test('keeps no secret that comes back', async () => {
    h.answers({ status: 400, body: `you sent ${webhook.secret}` });
    await submitOne();
    expect((await h.log(webhook))[0]?.tries[0]?.response).toBe('you sent whsec_[masked]');
  });
});

describe('a webhook that is not heard', () => {
  test('is disabled at once by 410 Gone, with an action item and an event', async () => {
    const other = await h.hook({ event_types: ['webhook.disabled'], url: `${h.server.url}/other` });
    h.answers(({ path }) => ({ status: path === '/hook' ? 410 : 204 }));
    await submitOne();
    await h.tell();
    const since = expect.any(Date);
    expect(await seen()).toMatchObject({
      ...{ enabled: false, disabled_reason: 'it answered 410 Gone', failing_since: since },
    });
    expect(await h.log(webhook)).toMatchObject([{ state: 'failed', attempts: 1, status: 410 }]);
    expect(await h.town.events(webhook.webhook_id)).toEqual(['created', 'disabled']);
    expect(await h.log(other)).toMatchObject([{ event_type: 'webhook.disabled', state: 'delivered' }]);
    const open = await listActionItems(h.town.platform, admin, { state: 'open', limit: 9 });
    expect(open).toMatchObject([{ code: 'webhook_disabled', subject: webhook.webhook_id }]);
    await changeWebhook(h.town.platform, reader, { ...webhook, if_match: '*', enabled: true });
    expect(await seen()).toMatchObject({ enabled: true, disabled_reason: null });
    expect(await listActionItems(h.town.platform, admin, { state: 'open', limit: 9 })).toEqual([]);
  });

  test('is disabled when every try of five days has failed, and not when one has arrived', async () => {
    h.answers({ status: 500 });
    await submitOne();
    await later(4 * 86_400);
    h.answers({ status: 204 });
    await submitOne();
    expect((await seen()).failing_since).toBeNull();
    h.answers({ status: 500 });
    await submitOne();
    await later(5 * 86_400 - 60);
    expect((await seen()).enabled).toBe(true);
    await h.town.world.advance(3600);
    await submitOne();
    expect(await seen()).toMatchObject({ enabled: false, disabled_reason: 'every try of five days has failed' });
  });

  test('is sent nothing more once it is disabled or deleted', async () => {
    h.answers({ status: 500 });
    await submitOne();
    await changeWebhook(h.town.platform, reader, { ...webhook, if_match: '*', enabled: false });
    await later(10);
    expect(await h.log(webhook)).toMatchObject([{ state: 'failed', fault: 'the webhook is disabled' }]);
    await changeWebhook(h.town.platform, reader, { ...webhook, if_match: '*', enabled: true });
    await submitOne();
    await deleteWebhook(h.town.platform, reader, webhook);
    await later(10);
    const [row] = await h.town.sql<{ last_fault: string }>('select * from deliveries order by id desc');
    expect(row?.last_fault).toBe('the webhook was deleted');
    expect(h.server.asked).toHaveLength(2);
  });
});

describe('a fault of ours', () => {
  /** A job is submitted, and its delivery tried by a platform with such a fault. */
  async function tryBy(faulty: Partial<Platform>): Promise<void> {
    await h.town.submitted();
    await fanOutEvents(h.town.platform);
    const [{ id } = { id: '' }] = h.town.world.rung;
    h.town.lose();
    await deliverWebhook({ ...h.town.platform, ...faulty }, id);
  }

  test('is not held against the webhook', async () => {
    const { sealer } = h.town.platform;
    await tryBy({ sealer: { ...sealer, open: () => Promise.reject(new Error('the vault is away')) } });
    expect(await h.log(webhook)).toMatchObject([{ state: 'waiting', attempts: 1, fault: 'the vault is away' }]);
    expect((await seen()).failing_since).toBeNull();
    await later(6);
    expect(await h.log(webhook)).toMatchObject([{ state: 'delivered' }]);
  });

  test('leaves delivered what has arrived, and sends it no second time', async () => {
    const { db } = h.town.platform;
    const transaction: typeof db.transaction = (name, work) =>
      name === 'deliverWebhook' ? Promise.reject(new Error('it cannot be kept')) : db.transaction(name, work);
    await tryBy({ db: { ...db, transaction } });
    await later(86_400);
    expect(await h.log(webhook)).toMatchObject([{ state: 'delivered', attempts: 1, fault: null }]);
    expect(h.server.asked).toHaveLength(1);
  });
});

describe('by hand', () => {
  test('a failed delivery is sent again with its id, and its log goes on', async () => {
    h.answers({ status: 410 });
    await submitOne();
    const [{ delivery_id } = { delivery_id: '' }] = await h.log(webhook);
    const named = { ...webhook, delivery_id };
    await expect(redeliverWebhook(h.town.platform, reader, named)).rejects.toMatchObject({ code: 'conflict' });
    await changeWebhook(h.town.platform, reader, { ...webhook, if_match: '*', enabled: true });
    h.answers({ status: 200 });
    expect(await redeliverWebhook(h.town.platform, reader, named)).toMatchObject({ state: 'waiting', attempts: 0 });
    await expect(redeliverWebhook(h.town.platform, reader, named)).rejects.toMatchObject({ code: 'conflict' });
    await h.town.settle();
    expect(headersOf(1)['webhook-id']).toBe(delivery_id);
    const [log] = await h.log(webhook);
    expect(log).toMatchObject({ state: 'delivered', attempts: 1 });
    expect(log?.tries.map(({ status }) => status)).toEqual([410, 200]);
  });

  test('a ping tries a webhook, also before it is enabled', async () => {
    const off = await h.hook({ enabled: false, url: `${h.server.url}/off` });
    const { delivery_id } = await testWebhook(h.town.platform, reader, off);
    await h.town.settle();
    expect(headersOf(0)['webhook-id']).toBe(delivery_id);
    expect(h.heard()).toMatchObject([{ type: 'webhook.ping', data: { webhook_id: off.webhook_id } }]);
    expect(await h.log(off)).toMatchObject([{ event_type: 'webhook.ping', state: 'delivered' }]);
  });
});

describe('a rotated secret', () => {
  test('is forgotten once another takes its place, and all are with their webhook', async () => {
    const kept = async (): Promise<number> => {
      const [row] = await h.town.sql<{ n: number }>("select count(*) as n from sealed_values where ciphertext <> ''");
      return row?.n ?? 0;
    };
    const rotate = () => rotateWebhookSecret(h.town.platform, reader, { ...webhook, overlap_seconds: 60 });
    const counts = [await kept()];
    for (let count = 0; count < 3; count++) counts.push((await rotate(), await kept()));
    await submitOne();
    expect(headersOf(0)['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
    const card = await h.hook({ format: 'slack' });
    counts.push(await kept());
    const moved = { ...card, if_match: '*', url: `${h.server.url}/other` };
    await changeWebhook(h.town.platform, reader, moved);
    counts.push(await kept());
    for (const each of [webhook, card]) await deleteWebhook(h.town.platform, reader, each);
    expect([...counts, await kept()]).toEqual([1, 2, 2, 2, 3, 3, 0]);
  });

  test('signs beside the one before for a day', async () => {
    const { secret } = await rotateWebhookSecret(h.town.platform, reader, { ...webhook, overlap_seconds: 86_400 });
    expect(secret).not.toBe(webhook.secret);
    await submitOne();
    expect(headersOf(0)['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
    expect([isSignedBy(secret), isSignedBy(webhook.secret)]).toEqual([true, true]);
    await h.town.world.advance(86_401);
    await submitOne();
    expect([isSignedBy(secret, 1), isSignedBy(webhook.secret, 1)]).toEqual([true, false]);
  });

  test('signs as long as the database says, whatever the clock of the process', async () => {
    await rotateWebhookSecret(h.town.platform, reader, { ...webhook, overlap_seconds: 60 });
    await h.town.submitted();
    await fanOutEvents(h.town.platform);
    const [{ id } = { id: '' }] = h.town.world.rung;
    h.town.lose();
    const fast = { ...h.town.platform.clock, now: () => new Date(now().getTime() + 120_000) };
    await deliverWebhook({ ...h.town.platform, clock: fast }, id);
    expect(headersOf(0)['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
  });

  test('takes the place of one that leaked at once', async () => {
    await rotateWebhookSecret(h.town.platform, reader, { ...webhook, overlap_seconds: 0 });
    await submitOne();
    expect(isSignedBy(webhook.secret)).toBe(false);
  });
});
