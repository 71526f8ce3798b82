/** The built app behind HTTP, timers and messages: in the stand-in host, as `npm run functions` starts it. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageCall } from '../../../local/functions-host/queues.ts';
import { spawnHost, type HostProcess } from '../../../local/functions-host/spawn.ts';
import { routeFinder } from '../../../local/functions-host/templates.ts';
import { readConfig } from '../../../shared/platform/config.ts';
import { bellNames } from '../../../shared/platform/platform.ts';
import { Broker } from '../amqp/broker.ts';
import { startMigratedTwin } from '../twin/migrated.ts';
import { adminKey, temporaryFolder, type Packaged } from './an-app.ts';

const settings = { MUSTER_DATA: ':memory:', MUSTER_ADMIN_KEY: adminKey, LOG_LEVEL: 'warn' };
const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };

/** Submits a job for an agent that nobody knows. */
async function jobAtRest(url: string): Promise<unknown> {
  const ask = async (method: string, path: string, key: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { ...headers, authorization: `Bearer ${key}`, prefer: 'wait=20' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return answer.json();
  };
  await ask('PUT', '/principals/sue', adminKey, { kind: 'person', roles: ['submitter'] });
  const { key } = (await ask('POST', '/principals/sue/keys', adminKey)) as { key: string };
  const definition = { job_name: 'report', job_description: 'A report', category: 'data', primary_agent: 'nobody' };
  return ask('POST', '/deployment/jobs', key, definition);
}

export function hosting({ folder }: Packaged): void {
  let host: HostProcess;
  beforeAll(async () => {
    host = await spawnHost({ app: folder, settings, args: ['--loses-chunks'] });
  });
  afterAll(() => host.stop());

  const person = JSON.stringify({ kind: 'person', roles: [] });
  const put = (id: string, init: RequestInit = {}) =>
    fetch(`${host.url}/api/v1/principals/${id}`, { method: 'PUT', headers, body: person, ...init });

  describe('over HTTP', () => {
    it('answers as the local server does', async () => {
      expect((await put('ann')).status).toBe(200);
      const answer = await fetch(`${host.url}/api/v1/principals/ann`, { headers });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('etag')).toMatch(/^"1-/);
      expect(await answer.json()).toMatchObject({ id: 'ann' });
      const head = await fetch(`${host.url}/api/v1/principals/ann`, { method: 'HEAD', headers });
      expect([head.status, await head.text()]).toEqual([200, '']);
    });

    it('knows no other address', async () => {
      expect((await fetch(`${host.url}/api/v1/nothing`, { headers })).status).toBe(404);
    });

    it('says what to do about a body that the host has lost', async () => {
      const body = new Blob([person]).stream();
      const answer = await put('ben', { body, duplex: 'half' });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({
        code: 'malformed',
        detail: expect.stringContaining('Content-Length'),
      });
    });

    it('runs a function by hand, as hosts do', async () => {
      const run = (name: string) => fetch(`${host.url}/admin/functions/${name}`, { method: 'POST', body: '{}' });
      expect((await run('sealRecord')).status).toBe(202);
      expect((await run('nothing')).status).toBe(404);
      await expect.poll(sealsSeen, { timeout: 10_000 }).toBe(1);
    });
  });

  async function sealsSeen(): Promise<number> {
    const answer = await fetch(`${host.url}/api/v1/events/seals`, { headers });
    return ((await answer.json()) as { items: unknown[] }).items.length;
  }

  it('runs a job until it needs somebody, with bells in the process', async () => {
    expect(await jobAtRest(host.url)).toMatchObject({ state: 'blocked', blocked: { code: 'not_ready' } });
  });

  it('runs a job until it needs somebody, with bells that are messages to its queue functions', async () => {
    const broker = await new Broker(bellNames).ready();
    const queued = await spawnHost({ app: folder, settings: { ...settings, SERVICEBUS: broker.connectionString } });
    expect(await jobAtRest(queued.url)).toMatchObject({ state: 'blocked', blocked: { code: 'not_ready' } });
    expect(['estimate', 'validate'].map((bell) => broker.queue(bell).history.length)).toEqual([1, 1]);
    await expect.poll(() => bellNames.flatMap((bell) => broker.queue(bell).stored)).toEqual([]);
    await queued.stop();
    await broker.close();
    expect(queued.written()).not.toContain('error');
  });

  it('runs a job with its rows in Azure SQL, as deployed, and leaves alone what another instance holds', async () => {
    const broker = await new Broker(bellNames).ready();
    const twin = await startMigratedTwin();
    const deployed = { ...settings, ...twin.settings, SERVICEBUS: broker.connectionString };
    const first = await spawnHost({ app: folder, settings: deployed });
    expect(await jobAtRest(first.url)).toMatchObject({ state: 'blocked', blocked: { code: 'not_ready' } });
    const until = '2099-01-01T00:00:00.000Z';
    twin.database.raw.exec(`UPDATE jobs SET lease_until = '${until}'`);
    const second = await spawnHost({ app: folder, settings: deployed });
    expect((await fetch(`${second.url}/api/health/ready`)).status).toBe(200);
    expect(twin.database.raw.prepare('SELECT lease_until FROM jobs').all()).toEqual([{ lease_until: until }]);
    await Promise.all([first.stop(), second.stop()]);
    await twin.close();
    await broker.close();
  });

  it('ends when it is told to, and says so when there is nothing to start', async () => {
    const { folder: empty, remove: removeEmpty } = temporaryFolder();
    await expect(spawnHost({ app: empty, settings })).rejects.toThrow(/host\.json/);
    removeEmpty();
    const short = await spawnHost({ app: folder, settings });
    expect((await fetch(`${short.url}/api/health/live`)).status).toBe(200);
    await short.stop();
    await expect(fetch(`${short.url}/api/health/live`)).rejects.toThrow('fetch failed');
  });

  describe('the stand-in', () => {
    it('takes a fixed name before a parameter in its place, and tells methods apart', () => {
      const http = (name: string, route: string, ...methods: string[]) => ({
        name,
        trigger: { type: 'httpTrigger', direction: 'in' as const, route, methods },
      });
      const find = routeFinder(
        [http('one', 'things/{id}', 'GET'), http('first', 'things/first', 'GET'), http('put', 'things/{id}', 'PUT')],
        '',
      );
      expect(find('GET', '/things/first')).toEqual({ name: 'first', params: {} });
      expect(find('GET', '/things/a%20b')).toEqual({ name: 'one', params: { id: 'a b' } });
      expect(find('PUT', '/things/first')).toEqual({ name: 'put', params: { id: 'first' } });
      expect(find('GET', '/things/a/b')).toBeUndefined();
      expect(routeFinder([http('one', 'x', 'GET')], 'api')('GET', '/api/x')).toEqual({ name: 'one', params: {} });
    });

    it('hands a message over with the traps of the host', () => {
      const { data, metadata } = messageCall({
        body: { id: 'job_1', messageId: 'mine' },
        messageId: 'theirs',
        deliveryCount: 0,
        enqueuedTimeUtc: new Date('2026-03-01T12:00:00.000Z'),
        applicationProperties: { traceparent: '00-x' },
      });
      expect(data).toEqual({ string: '{"id":"job_1","messageId":"mine"}' });
      expect(metadata).toMatchObject({
        MessageId: { string: 'theirs' },
        messageId: { string: 'mine' },
        DeliveryCount: { int: 1 },
        EnqueuedTimeUtc: { string: '2026-03-01T12:00:00.000' },
        ApplicationProperties: { json: '{"traceparent":"00-x"}' },
      });
    });
  });

  describe('the files beside the app', () => {
    const read = (path: string) =>
      JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')) as unknown;

    it('let routes stand as they are, and locks be renewed as long as a function may run', () => {
      expect(read('host.json')).toMatchObject({
        version: '2.0',
        functionTimeout: '00:05:00',
        telemetryMode: 'OpenTelemetry',
        extensions: {
          http: { routePrefix: '' },
          serviceBus: { autoCompleteMessages: true, maxAutoLockRenewalDuration: '00:05:00' },
        },
      });
    });

    it('give settings that Muster takes: one process on the embedded file', () => {
      const { Values } = read('local.settings.example.json') as { Values: Record<string, string> };
      const config = readConfig(Values);
      expect(config).toMatchObject({ MUSTER_DATA: '.muster', DUE_SECONDS: 1 });
      expect(Values).toMatchObject({
        FUNCTIONS_WORKER_RUNTIME: 'node',
        AzureWebJobsStorage: 'UseDevelopmentStorage=true',
      });
    });
  });
}
