/** What the functions of the built app answer, called as the worker calls them. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Asked } from '../../../local/functions-host/ask.ts';
import { adminKey, startApp, temporaryFolder, type App, type Packaged } from './an-app.ts';

const settings = { MUSTER_DATA: ':memory:', MUSTER_ADMIN_KEY: adminKey, LOG_LEVEL: 'warn' };
const authorization = `Bearer ${adminKey}`;
const json = { authorization, 'content-type': 'application/json' };

/** Nobody rings here: nothing connects. */
const unreachable = 'Endpoint=sb://localhost;SharedAccessKeyName=k;SharedAccessKey=s;UseDevelopmentEmulator=true';

export function answers({ folder }: Packaged): void {
  let app: App;
  beforeAll(async () => {
    app = await startApp(folder, settings);
  });
  afterAll(() => app.end());

  const put = (id: string, more: Partial<Asked> = {}) =>
    app.http('putPrincipal', {
      method: 'PUT',
      path: `/api/v1/principals/${id}`,
      headers: json,
      body: JSON.stringify({ kind: 'person', name: 'Zoë 🐝', roles: ['submitter'] }),
      ...more,
    });
  const get = (id: string, more: Partial<Asked> = {}) =>
    app.http('getPrincipal', { path: `/api/v1/principals/${id}`, headers: { authorization }, ...more });

  describe('an operation', () => {
    it('reads what was sent, and answers what was asked', async () => {
      expect(await put('zoe')).toMatchObject({ status: 200 });
      const { status, headers, text } = await get('zoe');
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      expect(JSON.parse(text)).toMatchObject({ id: 'zoe', name: 'Zoë 🐝' });
    });

    it('asks who calls', async () => {
      const refused = await get('zoe', { headers: {} });
      expect(refused).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer realm="muster"' } });
      expect(JSON.parse(refused.text)).toMatchObject({ code: 'unauthenticated', instance: '/api/v1/principals/zoe' });
    });

    it('answers 304 without a body, and HEAD like GET without one', async () => {
      await put('etta');
      const { headers, text } = await get('etta');
      const known = await get('etta', { headers: { authorization, 'if-none-match': headers['etag'] ?? '' } });
      expect(known).toMatchObject({ status: 304, text: '', headers: { etag: headers['etag'] } });
      const head = await get('etta', { method: 'HEAD' });
      expect(head).toMatchObject({ status: 200, text: '' });
      expect(head.headers['etag']).toBe(headers['etag']);
      expect(text).not.toBe('');
    });

    it('answers 204 with nothing', async () => {
      await put('gone');
      const path = '/api/v1/principals/gone';
      const headers = { ...json, 'if-match': '"1"' };
      expect(await app.http('deletePrincipal', { method: 'DELETE', path, headers })).toMatchObject({
        status: 204,
        text: '',
      });
    });

    it.each([
      ['a%20b', 400],
      ['%E0%A4%A', 400],
      ['nobody.at-all', 404],
    ])('reads the path as it was sent: %s', async (id, status) => {
      expect((await get(id)).status).toBe(status);
    });

    it('reads the query as it was sent', async () => {
      const path = '/api/v1/principals?limit=1&limit=2';
      const { status, text } = await app.http('listPrincipals', { path, headers: { authorization } });
      expect(status).toBe(400);
      expect(JSON.parse(text)).toMatchObject({ errors: [{ pointer: '/limit', message: /more than once/ }] });
    });

    it('goes on with the trace of the host', async () => {
      const traceParent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
      const of = async (asked: Partial<Asked>) => (await get('zoe', asked)).headers['traceparent'];
      expect(await of({ traceParent })).toMatch(
        /^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$/,
      );
      const headers = { authorization, traceparent: traceParent.replace('4bf', '5cf') };
      expect(await of({ traceParent, headers })).toContain('-4bf92f3577b34da6a3ce929d0e0e4736-');
      expect(await of({ headers })).toContain('-5cf92f3577b34da6a3ce929d0e0e4736-');
      expect(await of({ traceParent: '|old.form.', headers })).toContain('-5cf92f3577b34da6a3ce929d0e0e4736-');
    });

    it('shows pages as pages', async () => {
      const { status, headers, text } = await app.http('getDocs', { path: '/api/docs' });
      expect(status).toBe(200);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(text).toContain('id="castBallot"');
      const problem = await app.http('getProblem', { path: '/problems/not_found' });
      expect(problem).toMatchObject({ status: 200 });
      expect(problem.text).toContain('/api/docs#getPrincipal');
      expect(await app.http('getProblem', { path: '/problems/../secrets' })).toMatchObject({ status: 404 });
      const { text: document } = await app.http('getOpenApi', { path: '/api/openapi.json' });
      expect(JSON.parse(document)).toMatchObject({ openapi: '3.1.0' });
    });
  });

  describe('a body', () => {
    it.each([
      ['too large as declared', { headers: { ...json, 'content-length': '2000000' } }, 413, 'too_large'],
      ['too large as it came', { body: `"${'x'.repeat(1024 * 1024)}"` }, 413, 'too_large'],
      ['of another type', { headers: { authorization, 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
      ['that is no UTF-8', { body: Buffer.from([0x22, 0xff, 0x22]) }, 400, 'malformed'],
      ['that is missing', { body: '' }, 400, 'malformed'],
    ] as const)('%s is refused', async (_, asked, status, code) => {
      const answered = await put('big', asked);
      expect(answered.status).toBe(status);
      expect(JSON.parse(answered.text)).toMatchObject({ code });
      expect(answered.headers).not.toHaveProperty('connection');
    });

    it('that was sent in chunks and lost by the host is refused with the way out', async () => {
      const { status, text } = await put('big', { headers: { ...json, 'transfer-encoding': 'chunked' }, body: '' });
      expect(status).toBe(400);
      expect(JSON.parse(text)).toMatchObject({ code: 'malformed', detail: expect.stringContaining('Content-Length') });
    });

    it('that was sent in chunks and came is read', async () => {
      expect(await put('chunks', { headers: { ...json, 'transfer-encoding': 'chunked' } })).toMatchObject({
        status: 200,
      });
    });
  });

  describe('a timer', () => {
    it('does its work', async () => {
      await put('sealed');
      await app.timer('sealRecord');
      const { text } = await app.http('listSeals', { path: '/api/v1/events/seals', headers: { authorization } });
      expect(JSON.parse(text)).toMatchObject({ items: [{ through_cursor: expect.any(Number) }] });
      await app.timer('ringDueWork');
    });
  });

  describe('a message', () => {
    it('wakes its stage, for a row that is there or not, and is dropped when it is no bell', async () => {
      const queued = await startApp(folder, { ...settings, SERVICEBUS: unreachable });
      await queued.message('estimateJob', { body: { id: 'job_nobody' }, applicationProperties: { traceparent: 'x' } });
      expect(queued.written()).toBe('');
      await queued.message('estimateJob', { body: 'no bell' });
      expect(queued.written()).toContain('a message is no bell');
      await queued.end();
    });

    it('is dropped when Muster cannot be opened: the sweep rings again, and the queue would hand it over at once', async () => {
      const closed = await startApp(folder, { SERVICEBUS: unreachable, MUSTER_DATA: join(folder, 'host.json') });
      await expect(closed.message('estimateJob', { body: { id: 'job_1' } })).resolves.toBeUndefined();
      await closed.end();
    });
  });

  describe('the first use', () => {
    it('opens nothing for a question that needs nothing', async () => {
      const closed = await startApp(folder, { MUSTER_DATA: join(folder, 'host.json') });
      expect(await closed.http('getLiveness', { path: '/api/health/live' })).toMatchObject({
        status: 200,
        text: '{"status":"ok"}',
      });
      expect(await closed.http('getReadiness', { path: '/api/health/ready' })).toMatchObject({ status: 500 });
      await closed.end();
    });

    it('opens once for many at once, and again when it could not be opened', async () => {
      const { folder: data, remove: removeData } = temporaryFolder();
      const [first, second] = await Promise.all([1, 2].map(() => startApp(folder, { ...settings, MUSTER_DATA: data })));
      const ready = { path: '/api/health/ready' };
      const statuses = await Promise.all([1, 2, 3].map(async () => (await first?.http('getReadiness', ready))?.status));
      expect(statuses).toEqual([200, 200, 200]);
      expect(await second?.http('getReadiness', ready)).toMatchObject({ status: 500 });
      expect(second?.written()).toContain('Another Muster is running');
      await first?.end();
      expect(await second?.http('getReadiness', ready)).toMatchObject({ status: 200 });
      await second?.end();
      removeData();
    });

    it('shows the key of the first admin once, when nobody has given one', async () => {
      const fresh = await startApp(folder, { MUSTER_DATA: ':memory:' });
      await fresh.timer('ringDueWork');
      await fresh.timer('ringDueWork');
      const [, key, ...more] = /Admin key, shown this once: (mk\.\S+)/.exec(fresh.written()) ?? [];
      expect(more).toEqual([]);
      const headers = { authorization: `Bearer ${key}` };
      expect(await fresh.http('listPrincipals', { path: '/api/v1/principals', headers })).toMatchObject({
        status: 200,
      });
      await fresh.end();
    });
  });
}
