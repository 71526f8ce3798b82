import { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../functions/routes.ts';
import { openServer, type Server } from '../readiness/a-server.ts';
import { openDesk, type Desk, type Got } from '../http/desk.ts';

const hooks = '/api/v1/webhooks';
let desk: Desk;
let server: Server;
const keys: Record<string, string> = {};
beforeAll(async () => {
  server = await openServer(() => ({ status: 204 }));
  const resolve = async (host: string) => (host === 'inside.example' ? ['10.1.2.3'] : ['93.184.215.14']);
  desk = await openDesk(routes, {}, { resolve });
  keys['rita'] = await desk.person('rita', ['reader']);
  keys['sam'] = await desk.person('sam', ['submitter']);
});
afterAll(async () => {
  await desk.close();
  await server.close();
});

const ask = (who: string, address: string, body?: unknown, headers = {}): Promise<Got> =>
  desk.ask(address, { as: who === 'admin' ? desk.admin : keys[who], headers, ...(body === undefined ? {} : { body }) });
const said = (more: object = {}) => ({ url: 'https://hooks.example/muster?team=1', event_types: ['job.*'], ...more });
const create = (who: string, more: object = {}, headers = {}) => ask(who, `POST ${hooks}`, said(more), headers);
const idOf = ({ body }: Got): string => String(body['webhook_id']);

describe('a webhook', () => {
  it('is made with a secret that is shown once', async () => {
    const made = await create('rita', { description: 'for the board' });
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`${hooks}/${idOf(made)}`);
    expect(made.body).toMatchObject({
      ...{ owner_id: 'rita', url: 'https://hooks.example/muster?team=1', format: 'standard', enabled: true },
      ...{ description: 'for the board', secret: expect.stringMatching(/^whsec_[\w+/=]{44}$/), version: 1 },
    });
    const got = await ask('rita', `GET ${hooks}/${idOf(made)}`);
    expect(got.body).toEqual({ ...made.body, secret: null });
    expect((await ask('admin', 'GET /api/v1/events?limit=1000')).text).not.toContain('team=1');
  });

  it('is made once for one key, and the repeat shows no secret', async () => {
    const key = { 'idempotency-key': 'one' };
    const [first, again] = [await create('rita', {}, key), await create('rita', {}, key)];
    expect([idOf(again), again.body['secret']]).toEqual([idOf(first), null]);
    expect((await create('rita', { description: 'other' }, key)).body.code).toBe('idempotency_key_reused');
  });

  it('is changed under its ETag, and what is left out stays', async () => {
    const made = await create('rita');
    const at = `${hooks}/${idOf(made)}`;
    expect((await ask('rita', `PUT ${at}`, { enabled: false })).body.code).toBe('precondition_required');
    const etag = made.headers.get('etag') ?? '';
    const changed = await ask('rita', `PUT ${at}`, { enabled: false, event_types: ['*'] }, { 'if-match': etag });
    expect(changed.body).toMatchObject({ enabled: false, event_types: ['*'], url: made.body['url'], version: 2 });
    expect((await ask('rita', `PUT ${at}`, { enabled: true }, { 'if-match': etag })).body.code).toBe('stale');
    expect((await ask('rita', `GET ${at}`, undefined, { 'if-none-match': changed.headers.get('etag') })).status).toBe(
      304,
    );
  });

  it('is deleted, and gone', async () => {
    const at = `${hooks}/${idOf(await create('rita'))}`;
    expect((await ask('rita', `DELETE ${at}`)).status).toBe(204);
    for (const address of [`GET ${at}`, `DELETE ${at}`, `GET ${at}/deliveries`, `POST ${at}/test`])
      expect((await ask('rita', address)).body.code).toBe('not_found');
  });

  it('has its secret rotated, and of a card only its address is shown short', async () => {
    const made = await create('rita');
    const rotated = await ask('rita', `POST ${hooks}/${idOf(made)}/rotate`, { overlap_seconds: 60 });
    expect(rotated.body['secret']).not.toBe(made.body['secret']);
    expect(rotated.body['previous_secret_until']).toBe('2026-03-01T12:01:00.000Z');
    const card = await create('rita', {
      format: 'slack',
      url: 'https://hooks.slack.example/services/T0/B0/very-secret',
    });
    expect(card.body).toMatchObject({ url: 'https://hooks.slack.example', secret: null, format: 'slack' });
    expect((await ask('rita', `POST ${hooks}/${idOf(card)}/rotate`, {})).body.code).toBe('conflict');
    const moved = { url: 'https://other.slack.example/services/T0/B0/also-secret' };
    const change = await ask('rita', `PUT ${hooks}/${idOf(card)}`, moved, { 'if-match': '*' });
    expect(change.body).toMatchObject({ url: 'https://other.slack.example' });
    const same = { url: 'https://other.slack.example', description: 'as it was shown' };
    const secrets = () => desk.world.platform.db.read.run(CompiledQuery.raw('select id from sealed_values'));
    const before = await secrets();
    expect((await ask('rita', `PUT ${hooks}/${idOf(card)}`, same, { 'if-match': '*' })).status).toBe(200);
    expect(await secrets()).toEqual(before);
    const { read } = desk.world.platform.db;
    const rows = await read.run(CompiledQuery.raw('select * from webhooks'));
    expect(JSON.stringify(rows)).not.toContain('very-secret');
    expect(JSON.stringify(rows)).not.toContain('also-secret');
  });
});

describe('an address is refused', () => {
  it.each([
    ['a private one', 'https://10.0.0.7/hook', 'is not a public address'],
    ['a name of one', 'https://inside.example/hook', 'is not a public address'],
    ['the metadata of the machine', 'http://169.254.169.254/latest', 'is a metadata address'],
    ['without TLS', 'http://hooks.example/hook', 'would be called without TLS'],
  ])('%s', async (_, url, why) => {
    const { status, body } = await create('rita', { url });
    expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([400, 'invalid', '/url']);
    expect(body.errors?.[0]?.message).toContain(why);
  });

  it('with a password, and of a change too', async () => {
    expect((await create('rita', { url: 'https://me:secret@hooks.example' })).body.code).toBe('invalid');
    const change = { url: 'https://10.0.0.7/' };
    const refused = await ask('rita', `PUT ${hooks}/${idOf(await create('rita'))}`, change, { 'if-match': '*' });
    expect(refused.body.errors?.[0]?.pointer).toBe('/url');
  });
});

describe('event types', () => {
  it('that there are none of are refused', async () => {
    const { body } = await create('rita', { event_types: ['job.*', 'job.exploded'] });
    expect(body.errors?.[0]?.pointer).toBe('/event_types/1');
  });

  it('that the owner may not see are refused, and taken from who may', async () => {
    const { body } = await create('sam', { event_types: ['job.failed', 'agent.*'] });
    expect(body.errors).toMatchObject([
      { pointer: '/event_types/1', message: 'your roles do not show you such events' },
    ]);
    const own = await create('sam', { event_types: ['job.failed'] });
    const change = await ask(
      'sam',
      `PUT ${hooks}/${idOf(own)}`,
      { event_types: ['budget.alert'] },
      { 'if-match': '*' },
    );
    expect(change.body.code).toBe('invalid');
  });
});

describe('webhooks are seen', () => {
  it('by their owners and by admins, page by page, and by nobody else', async () => {
    const own = idOf(await create('sam'));
    expect((await ask('rita', `GET ${hooks}/${own}`)).body.code).toBe('not_found');
    expect((await ask('rita', `PUT ${hooks}/${own}`, { enabled: false }, { 'if-match': '*' })).body.code).toBe(
      'not_found',
    );
    expect((await ask('admin', `GET ${hooks}/${own}`)).status).toBe(200);
    const page = await ask('sam', `GET ${hooks}?limit=1`);
    expect(page.body.items).toMatchObject([{ webhook_id: own, owner_id: 'sam' }]);
    const all = await ask('admin', `GET ${hooks}?limit=200`);
    expect(new Set(all.body.items?.map(({ owner_id }) => owner_id))).toEqual(new Set(['rita', 'sam']));
    const next = await ask('sam', `GET ${String(page.body['next'])}`);
    expect(next.body.items?.map(({ webhook_id }) => webhook_id)).not.toContain(own);
  });

  it('with their deliveries, each with its body', async () => {
    const at = `${hooks}/${idOf(await create('rita', { url: `${server.url}/board` }))}`;
    const ping = await ask('rita', `POST ${at}/test`);
    expect([ping.status, ping.body['state']]).toEqual([202, 'waiting']);
    const id = String(ping.body['delivery_id']);
    const list = await ask('rita', `GET ${at}/deliveries?state=waiting&event_type=webhook.ping`);
    expect(list.body.items).toMatchObject([{ delivery_id: id, event_type: 'webhook.ping' }]);
    const whole = await ask('rita', `GET ${at}/deliveries/${id}`);
    expect(JSON.parse(String(whole.body['body']))).toMatchObject({ type: 'webhook.ping' });
    expect((await ask('rita', `POST ${at}/deliveries/${id}/redeliver`)).body.code).toBe('conflict');
    expect((await ask('rita', `POST ${at}/deliveries/dlv_none/redeliver`)).body.code).toBe('not_found');
    expect((await ask('rita', `GET ${at}/deliveries/dlv_none`)).body.code).toBe('not_found');
  });
});

it('nobody has more than fifty', async () => {
  keys['max'] = await desk.person('max', ['reader']);
  for (let count = 0; count < 50; count++) expect((await create('max')).status).toBe(201);
  expect((await create('max')).body.code).toBe('webhook_limit');
});
