import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { routes } from '../../functions/routes.ts';
import { raiseActionItem } from '../../shared/access/action-items.ts';
import { openDesk, type Desk } from '../http/desk.ts';
import { admin } from '../road/town.ts';
import { changeWebhook } from '../../shared/webhooks/change.ts';
import { RotaInput } from '../../shared/webhooks/rota/rota.ts';
import { putRota } from '../../shared/webhooks/rota/set.ts';
import type { WebhookAnswer } from '../../shared/webhooks/webhook.ts';
import { openHooked, reader, type Hooked } from './a-hook.ts';

const weekly = { time_zone: 'UTC', handover: { weekday: 'monday', time: '09:00' }, starts_on: '2026-02-23' };

describe('over HTTP', () => {
  const at = '/api/v1/rota';
  let desk: Desk;
  let hook: string;
  const put = (body: object, headers = {}) => desk.ask(`PUT ${at}`, { as: desk.admin, body, headers });
  const said = (more: object = {}) => ({ ...weekly, members: [{ principal_id: 'ann', webhook_id: hook }], ...more });
  beforeAll(async () => {
    desk = await openDesk(routes, {}, { resolve: async () => ['93.184.215.14'] });
    await desk.person('ann', ['operator']);
    const body = { url: 'https://hooks.slack.example/services/T/B/X', format: 'slack', event_types: [] };
    hook = String((await desk.ask('POST /api/v1/webhooks', { as: desk.admin, body })).body['webhook_id']);
  });
  afterAll(() => desk.close());

  test('there is none at first; what is put says who is on call, and is changed under its ETag', async () => {
    expect((await desk.ask(`GET ${at}`, { as: desk.admin })).body.code).toBe('not_found');
    const made = await put(said());
    expect(made.body).toMatchObject({
      ...{ version: 1, digest: true, overrides: [] },
      on_call: { principal_id: 'ann', since: '2026-02-23T09:00:00.000Z', until: '2026-03-02T09:00:00.000Z' },
      next: { principal_id: 'ann', since: '2026-03-02T09:00:00.000Z' },
    });
    expect((await put(said())).body.code).toBe('precondition_required');
    const changed = await put(said({ digest: false }), { 'if-match': made.headers.get('etag') });
    expect(changed.body).toMatchObject({ version: 2, digest: false });
    expect((await put(said(), { 'if-match': made.headers.get('etag') })).body.code).toBe('stale');
    expect((await desk.ask(`GET ${at}`, { as: desk.admin })).body).toEqual(changed.body);
  });

  test.each([
    ['nobody', { members: [{ principal_id: 'nobody', webhook_id: 'webhook_none' }] }, '/members/0/principal_id'],
    ['no time zone', { time_zone: 'Mars/Olympus' }, '/time_zone'],
    ['no time of day', { handover: { weekday: 'monday', time: '9:00' } }, '/handover/time'],
    ['no members', { members: [] }, '/members'],
    ['no such day', { starts_on: '2026-13-01' }, '/starts_on'],
  ])('a rota of %s is refused', async (_, more, pointer) => {
    const { body } = await put(said(more), { 'if-match': '*' });
    expect([body.code, body.errors?.[0]?.pointer]).toEqual(['invalid', pointer]);
  });

  test('overrides that overlap are refused, and one that ends before it begins', async () => {
    const one = { principal_id: 'ann', webhook_id: hook, from: '2026-03-04T00:00:00Z', until: '2026-03-05T00:00:00Z' };
    const twice = await put(said({ overrides: [one, one] }), { 'if-match': '*' });
    expect(twice.body.errors?.[0]?.pointer).toBe('/overrides/1');
    const back = await put(said({ overrides: [{ ...one, until: one.from }] }), { 'if-match': '*' });
    expect(back.body.errors?.[0]?.pointer).toBe('/overrides/0/until');
  });
});

describe('what a person must look at', () => {
  let h: Hooked;
  let hooks: Record<'ann' | 'ben' | 'cat', WebhookAnswer>;
  beforeEach(async () => {
    h = await openHooked();
    for (const id of ['ann', 'ben', 'cat']) await h.town.person(id);
    const card = (who: string, format: 'teams' | 'slack' | 'standard' = 'slack') =>
      h.hook({ url: `${h.server.url}/${who}`, format, event_types: [] });
    hooks = { ann: await card('ann', 'teams'), ben: await card('ben'), cat: await card('cat', 'standard') };
    await put();
  });
  afterEach(() => h.close());

  const put = (more: object = {}) => {
    const members = Object.entries(hooks).map(([principal_id, { webhook_id }]) => ({ principal_id, webhook_id }));
    return putRota(h.town.platform, admin, {
      ...RotaInput.parse({ ...weekly, members, ...more }),
      if_match: '*',
    }).catch(() => putRota(h.town.platform, admin, RotaInput.parse({ ...weekly, members, ...more })));
  };
  const raise = (subject: string) =>
    h.town.platform.db.transaction('raise', (tx) =>
      raiseActionItem(tx, { code: 'agent_not_recovered', subject, detail: 'It hangs.' }),
    );
  const told = () => h.server.asked.map(({ path }) => path);

  test('goes to whoever is on call that week, as a card of that channel', async () => {
    await raise('writer');
    await h.tell();
    await h.town.world.advance(7 * 86_400);
    await raise('reader');
    await h.tell();
    expect(told()).toEqual(['/ann', '/ben']);
    const [teams, slack] = h.server.asked.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(teams).toMatchObject({ type: 'message', attachments: [{ content: { type: 'AdaptiveCard' } }] });
    expect(slack).toMatchObject({
      text: 'Somebody must look at this: agent not recovered',
      blocks: [{ type: 'header' }, { text: { text: 'It hangs.' } }, { fields: [{ text: '*About*\nreader' }, {}, {}] }],
    });
    expect(await h.log(hooks.ben)).toMatchObject([{ event_type: 'action_item.raised', state: 'delivered' }]);
  });

  test('goes to who has an override in its time', async () => {
    const from = h.town.world.clock.now();
    const until = new Date(from.getTime() + 3_600_000);
    const { webhook_id } = hooks.cat;
    const times = { from: from.toISOString(), until: until.toISOString() };
    await put({ overrides: [{ principal_id: 'cat', webhook_id, ...times }] });
    await raise('writer');
    await h.tell();
    await h.town.world.advance(3601);
    await raise('reader');
    await h.tell();
    expect(told()).toEqual(['/cat', '/ann']);
  });

  test('goes to the next in turn where the webhook of whoever is on call is disabled', async () => {
    await changeWebhook(h.town.platform, reader, { ...hooks.ann, if_match: '*', enabled: false });
    await raise('writer');
    await h.tell();
    expect(told()).toEqual(['/ben']);
  });

  test('is told once to who is on call and has asked for it too, and again until it is heard', async () => {
    await changeWebhook(h.town.platform, admin, { ...hooks.ann, if_match: '*', event_types: ['action_item.*'] });
    h.answers({ status: 500 });
    await raise('writer');
    await h.tell();
    h.answers({ status: 202 });
    await h.town.world.advance(6);
    await h.tell();
    expect(told()).toEqual(['/ann', '/ann']);
    expect(await h.log(hooks.ann)).toMatchObject([{ state: 'delivered', attempts: 2 }]);
  });
});
