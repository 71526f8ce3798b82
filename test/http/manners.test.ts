/** What every answer has: trace, headers, ETag, pages, lists. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openApi } from '../../functions/http/api.ts';
import { reply, replyAs } from '../../functions/http/reply.ts';
import { RequestFacts } from '../../functions/http/request.ts';
import { nothing, route } from '../../functions/http/route.ts';
import { streamEvents } from '../../shared/events/feed.ts';
import { problems } from '../../shared/problems.ts';
import { openDesk, plainRoutes, type Desk } from './desk.ts';

const Thing = z.strictObject({ name: z.string(), version: z.int() });

const things = [
  route('getJob', 'GET /v1/things/{name}', {
    answer: Thing,
    also: { 'application/vnd.other+json': z.strictObject({ other: z.string() }) },
    etag: true,
    refuses: [],
    run: ({ input, request }) =>
      request.headers.get('accept') === 'application/vnd.other+json'
        ? replyAs('application/vnd.other+json', { other: input.name })
        : { name: input.name, version: 4 },
  }),
  route('listJobs', 'GET /v1/things/first', {
    answer: Thing,
    refuses: [],
    run: () => ({ name: 'the first', version: 1 }),
  }),
  route('submitJob', 'POST /v1/things/{name}', {
    query: z.strictObject({ name: z.string().optional(), size: z.coerce.number().optional() }),
    body: z.looseObject({}),
    answer: z.looseObject({}),
    status: [201, 202],
    refuses: [],
    run: ({ input }) => reply(input, { status: 202, location: '/api/v1/things/x', headers: { 'x-more': 'yes' } }),
  }),
  route('cancelJob', 'DELETE /v1/things/{name}', { answer: nothing, status: 204, refuses: [], run: () => undefined }),
  route('listDeployments', 'GET /v1/lies/{name}', {
    answer: Thing,
    status: [200],
    refuses: [],
    run: ({ input }) => {
      const version: unknown = 'one';
      if (input.name === 'status') return reply({ name: 'x', version: 1 }, { status: 418 });
      if (input.name === 'media') return replyAs('text/csv', 'a,b');
      return { name: 'x', version: version as number };
    },
  }),
];

let desk: Desk;
let sue: string;
beforeAll(async () => {
  desk = await openDesk([...things, ...plainRoutes()]);
  sue = await desk.person('sue', ['submitter']);
});
afterAll(() => desk.close());

describe('traceparent', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';
  const given = async (headers: Record<string, string>) =>
    (await desk.ask('GET /api/openapi.json', { headers })).headers.get('traceparent') ?? '';

  it('goes on with a span of our own', async () => {
    const answered = await given({ traceparent });
    expect(answered).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-00$/);
    expect(answered).not.toBe(traceparent);
  });

  it.each([
    ['none', {}],
    ['no trace', { traceparent: traceparent.replace('4bf92f3577b34da6a3ce929d0e0e4736', '0'.repeat(32)) }],
    ['no parent', { traceparent: traceparent.replace('00f067aa0ba902b7', '0'.repeat(16)) }],
    ['an impossible version', { traceparent: traceparent.replace('00-', 'ff-') }],
    ['capitals', { traceparent: traceparent.toUpperCase() }],
    ['too much', { traceparent: `${traceparent}-${'x'.repeat(300)}` }],
    ['two', { traceparent: `${traceparent}, ${traceparent}` }],
  ])('begins anew for %s', async (_, headers) => {
    const answered = await given(headers);
    expect(answered).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-01$/);
    expect(answered).not.toContain('4bf92f3577b34da6a3ce929d0e0e4736');
  });

  it('is stored with what the request changed', async () => {
    const answered = await desk.ask('PUT /api/v1/principals/traced', {
      as: desk.admin,
      headers: { traceparent },
      body: { kind: 'person', roles: [] },
    });
    const [event] = await streamEvents(desk.world.platform.db.read, { stream: 'principal:traced', after: 0, limit: 1 });
    expect(event?.trace).toBe(answered.headers.get('traceparent'));
  });

  it('is new for each request', async () => {
    const seen = await Promise.all(Array.from({ length: 500 }, () => given({})));
    expect(new Set(seen).size).toBe(500);
  });
});

it('is not kept by anybody, and is what it says it is', async () => {
  const { headers } = await desk.ask('GET /api/v1/things/a', { as: sue });
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('content-type')).toBe('application/json');
  expect(headers.get('x-powered-by')).toBeNull();
  expect(headers.get('server')).toBeNull();
});

describe('ETag', () => {
  const ask = (etag: string, method = 'GET') =>
    desk.ask(`${method} /api/v1/things/a`, { as: sue, headers: { 'if-none-match': etag } });

  const tagNow = async () => (await desk.ask('GET /api/v1/things/a', { as: sue })).headers.get('etag') ?? '';

  it('is the version and a hash of the answer', async () => {
    expect(await tagNow()).toMatch(/^"4-[\w-]{12}"$/);
  });

  it.each([(tag: string) => tag, (tag: string) => `W/${tag}`, (tag: string) => `"1", ${tag}`, () => '*'])(
    'answers 304 to %s',
    async (sent) => {
      const etag = sent(await tagNow());
      for (const method of ['GET', 'HEAD']) expect(await ask(etag, method)).toMatchObject({ status: 304, text: '' });
    },
  );

  it.each(['"3"', '"4"', '"4-another"', '4', '', '"44"'])('answers in full to %s', async (etag) => {
    expect(await ask(etag)).toMatchObject({ status: 200, body: { version: 4 } });
  });

  it('is not that of another representation', async () => {
    const got = await desk.ask('GET /api/v1/things/a', { as: sue, headers: { accept: 'application/vnd.other+json' } });
    expect(got.headers.get('content-type')).toBe('application/vnd.other+json');
    expect(got.headers.get('etag')).toBeNull();
    expect(got.body).toEqual({ other: 'a' });
  });
});

it('answers HEAD without a body', async () => {
  expect(await desk.ask('HEAD /api/v1/things/a', { as: sue })).toMatchObject({ status: 200, text: '' });
});

it('lets the path win over the query, and the query over the body', async () => {
  const body = { name: 'body', size: 1, other: true };
  const got = await desk.ask('POST /api/v1/things/path?name=query&size=2', { as: sue, body });
  expect(got).toMatchObject({ status: 202, body: { name: 'path', size: 2, other: true } });
  expect(got.headers.get('location')).toBe('/api/v1/things/x');
  expect(got.headers.get('x-more')).toBe('yes');
});

it('answers 204 without a body', async () => {
  const operator = await desk.person('olga', ['operator']);
  const got = await desk.ask('DELETE /api/v1/things/a', { as: operator });
  expect(got).toMatchObject({ status: 204, text: '' });
  expect(got.headers.get('content-type')).toBeNull();
});

it('prefers a fixed name to a parameter in its place', async () => {
  expect((await desk.ask('GET /api/v1/things/first', { as: sue })).body['name']).toBe('the first');
});

it.each(['a%00b', 'A', 'a'.repeat(129), '-a', '%F0%9F%98%80'])('refuses the name %s in a path', async (name) => {
  const got = await desk.ask(`GET /api/v1/things/${name}`, { as: sue });
  expect(got.body).toMatchObject({ code: 'invalid', errors: [{ pointer: '/name' }] });
});

it.each([
  ['unknown', '?extra=1', '/extra'],
  ['given twice', '?limit=1&limit=2', '/limit'],
  ['too large', '?limit=201', '/limit'],
  ['too small', '?limit=0', '/limit'],
  ['not a number', '?limit=ten', '/limit'],
  ['with NUL', '?cursor=a%00', '/cursor'],
  ['no cursor of ours', '?cursor=not-ours!', '/cursor'],
  ['an empty cursor', '?cursor=', '/cursor'],
])('refuses a query parameter that is %s', async (_, query, pointer) => {
  const got = await desk.ask(`GET /api/v1/principals${query}`, { as: desk.admin });
  expect(got.body).toMatchObject({ code: 'invalid', errors: [{ pointer }] });
  expect(got.body.errors?.[0]?.message).toContain('query parameter');
});

it('goes through a list by its links', async () => {
  for (const id of ['list_a', 'list_b', 'list_c']) {
    await desk.ask(`PUT /api/v1/principals/${id}`, { as: desk.admin, body: { kind: 'person', roles: [] } });
  }
  const seen: string[] = [];
  let next: unknown = '/api/v1/principals?limit=2';
  while (typeof next === 'string') {
    const { body } = await desk.ask(`GET ${next}`, { as: desk.admin });
    seen.push(...(body.items ?? []).map(({ id }) => String(id)));
    next = body['next'];
  }
  expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => (a < b ? -1 : 1)));
  expect(seen).toEqual(expect.arrayContaining(['admin', 'list_a', 'list_b', 'list_c', 'sue']));
});

describe('Prefer', () => {
  const seconds = (prefer?: string) =>
    new RequestFacts(new Request('http://x/', prefer === undefined ? {} : { headers: { prefer } })).wait_seconds;

  it.each([
    [undefined, undefined],
    ['wait=5', 5],
    ['wait=0', 0],
    ['respond-async, wait=10', 10],
    ['respond-async', 0],
    ['return=minimal; x, respond-async', 0],
    ['wait=900', 30],
    ['wait = "7"', 7],
    ['wait=-1', undefined],
    ['wait=1e9', 1],
    ['await=5', undefined],
    ['return=representation', undefined],
  ])('%s gives %s', (prefer, expected) => {
    expect(seconds(prefer)).toBe(expected);
  });
});

describe('the check of answers', () => {
  it.each(['status', 'media', 'member'])('finds a wrong %s', async (lie) => {
    expect((await desk.ask(`GET /api/v1/lies/${lie}`, { as: sue })).status).toBe(500);
    expect(JSON.stringify(desk.world.logged.at(-1))).toMatch(/not documented|as documented/);
  });
});

describe('pages', () => {
  it('explains every problem code', async () => {
    for (const [code, { remedy, title }] of Object.entries(problems)) {
      const { status, text } = await desk.ask(`GET /problems/${code}`);
      expect(status).toBe(200);
      const plain = text.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&');
      expect(plain).toContain(title);
      expect(plain).toContain(remedy);
    }
  });

  it('names the operations that answer with a code', async () => {
    expect((await desk.ask('GET /problems/name_taken')).text).toContain('/api/docs#putPrincipal');
  });

  it('loads nothing but its own style', async () => {
    const { headers, text } = await desk.ask('GET /api/docs');
    const [, style = ''] = /<style>([^]*?)<\/style>/.exec(text) ?? [];
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style));
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${Buffer.from(digest).toString('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(text).not.toMatch(/<script|<link|<img|<iframe|\son\w+=|style="|https?:\/\//);
  });

  it('shows every operation with its address', async () => {
    const { text } = await desk.ask('GET /api/docs');
    for (const { name, path } of plainRoutes()) {
      expect(text).toContain(`id="${name}"`);
      expect(text).toContain(path);
    }
  });
});

describe('an API does not start', () => {
  const like = (address: 'GET /v1/things/{id}' | 'GET /v1/other') =>
    route('getPlan', address, { answer: Thing, refuses: [], run: () => ({ name: 'x', version: 1 }) });
  const start = (routes: Parameters<typeof openApi>[1]) => () => openApi(desk.world.platform, routes);

  it('with two routes of one address', () => {
    expect(start([...things, like('GET /v1/things/{id}')])).toThrow('two routes say GET /api/v1/things/{}');
  });

  it('with two routes of one name', () => {
    expect(start([like('GET /v1/other'), like('GET /v1/things/{id}')])).toThrow('two routes say getPlan');
  });

  it('with a route that has no row in the permission table', () => {
    expect(start([{ ...like('GET /v1/other'), name: 'toString' as 'getPlan' }])).toThrow(
      'no row in the permission table',
    );
  });
});
