/** Application Insights, in a process of its own: its package changes what the whole process knows of OpenTelemetry. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOf, type Client } from '../../local/client.ts';
import { openTokens, type Tokens } from '../azure/key-vault/a-token-endpoint.ts';
import { openCollector, type Collector } from './collector.ts';
import { openIngestion, type Ingestion } from './an-ingestion.ts';

const canary = 'c4naryvalue0123456789abcdefghijklmnop';
const folder = mkdtempSync(join(tmpdir(), 'muster-insights-'));
let ingestion: Ingestion;
let collector: Collector;
let tokens: Tokens;
let said = '';
let saidBefore = '';
let exitCode: number | null;

beforeAll(async () => {
  ingestion = await openIngestion();
  collector = await openCollector();
  tokens = await openTokens();
  const child = start();
  const [, url = '', key = ''] = await until(child, /listens on (\S+) .*\n(?:.*\n)*?.*once: (\S+)/);
  const admin = clientOf(url, key);
  await admin.get('/health/live'); // the first answer
  saidBefore = said;
  await until(child, /recorded from here on/);
  await work(admin);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  exitCode = await ended;
}, 60_000);

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await Promise.all([ingestion.close(), collector.close(), tokens.close()]);
});

/** What the package asks of the world by itself is turned off: statistics about itself, and whose machine this is. */
const itself = {
  APPLICATION_INSIGHTS_NO_STATSBEAT: 'true',
  APPLICATIONINSIGHTS_STATSBEAT_DISABLED: 'true',
  APPLICATIONINSIGHTS_SDKSTATS_DISABLED: 'true',
  FUNCTIONS_WORKER_RUNTIME: 'node',
};

function start(): ChildProcess {
  const certificate = join(folder, 'certificate.pem');
  writeFileSync(certificate, ingestion.certificate);
  const child = spawn(process.execPath, ['local/start.ts'], {
    cwd: new URL('../../', import.meta.url),
    env: {
      ...{ PATH: process.env['PATH'], MUSTER_DATA: ':memory:', PORT: '0', SECRET_BANDIT: canary },
      ...{ NODE_EXTRA_CA_CERTS: certificate, ...itself, ...tokens.environment },
      APPLICATIONINSIGHTS_CONNECTION_STRING: ingestion.connectionString,
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=the-identity',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    },
  });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (said += part.toString()));
  return child;
}

async function until(child: ChildProcess, words: RegExp): Promise<RegExpExecArray> {
  for (;;) {
    const found = words.exec(said);
    if (found !== null) return found;
    if (child.exitCode !== null) throw new Error(`it ended: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A request, a stage, and an error. */
async function work(admin: Client): Promise<void> {
  await admin.get(`/v1/principals?limit=5`);
  await admin.post('/v1/deployment/tools/register', { name: 'bandit', secret_name: 'bandit' });
  await expect(admin.get(`/v1/principals/${canary}`)).rejects.toMatchObject({ status: 404 });
}

const named = (type: 'RequestData' | 'RemoteDependencyData', name: string) =>
  ingestion.envelopes(type).filter(({ data }) => data.baseData.name === name);

test('the package is loaded after the first answer', () => {
  expect(named('RequestData', 'GET /api/health/live')).toEqual([]);
  expect(saidBefore).not.toContain('recorded from here on');
});

test('a request and its statements are one operation', () => {
  const [request] = named('RequestData', 'GET /api/v1/principals');
  expect(request).toMatchObject({
    tags: { 'ai.cloud.role': 'muster' },
    data: { baseData: { responseCode: '200', properties: { 'muster.operation': 'listPrincipals' } } },
  });
  const operation = request?.tags['ai.operation.id'];
  const statement = named('RemoteDependencyData', 'SELECT principals').find(
    ({ tags }) => tags['ai.operation.id'] === operation,
  );
  expect(statement).toMatchObject({
    tags: { 'ai.operation.parentId': request?.data.baseData.id },
    data: { baseData: { type: 'SQL' } },
  });
});

test('what a bell wakes is a request by the name of its stage', () => {
  expect(named('RequestData', 'wakeJobs')).not.toEqual([]);
});

test('measures arrive', () => {
  const names = ingestion.envelopes('MetricData').flatMap(({ data }) => data.baseData.metrics ?? []);
  expect(names.map(({ name }) => name)).toContain('http.server.request.duration');
});

test('a collector that is named beside it gets the same', () => {
  const ids = new Set(collector.spans().map(({ id }) => id));
  const [request] = named('RequestData', 'GET /api/v1/principals');
  expect(ids).toContain(request?.data.baseData.id);
});

test('it signs in with the managed identity of its settings', () => {
  expect(tokens.asked[0]?.get('client_id')).toBe('the-identity');
  expect(new Set(ingestion.authorizations)).toEqual(new Set([`Bearer ${tokens.current}`]));
});

test('nothing secret is told, and no log, console or exception by itself', () => {
  expect(ingestion.text()).not.toContain(canary);
  expect(collector.text()).not.toContain(canary);
  expect([...ingestion.envelopes('MessageData'), ...ingestion.envelopes('ExceptionData')]).toEqual([]);
});

test('the process ends as it should', () => {
  expect(exitCode).toBe(0);
});
