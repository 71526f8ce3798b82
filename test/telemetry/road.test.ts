/** One trace tells a whole road: from HTTP over bells and stages to SQL and calls out, and to what agents did. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf, type Client } from '../../local/client.ts';
import { measures } from '../../shared/platform/telemetry/measures.ts';
import { openTown, type Town } from '../journeys/town.ts';
import { openServer, type Server } from '../readiness/a-server.ts';
import { openCollector, type Collector, type Span } from './collector.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const above = '00f067aa0ba902b7';
/** What callers say of themselves. */
const callers = {
  submit: `00-${trace}-${above}-01`,
  ballot: '00-11111111111111111111111111111111-2222222222222222-01',
};
const canary = 'c4naryvalue0123456789abcdefghijklmnop';

let collector: Collector;
let endpoint: Server;
let town: Town;
let spans: Span[];
let secret = '';
const keys: string[] = [];

interface Job {
  job_id: string;
  state: string;
  approval: { definition_sha256: string } | null;
}

/** A head that answers in place, signed, and a probe that tells too much. */
const answerAsHead: Parameters<typeof openServer>[0] = ({ path, body }) => {
  if (path.startsWith('/probe')) return { status: 500, body: `Authorization: Bearer ${canary}` };
  const { approval_id, definition_sha256 } = JSON.parse(body) as Record<string, string>;
  const ballot = { approval_id, definition_sha256, decision: 'yes', confidence: 0.9, reasoning: canary };
  const text = JSON.stringify(ballot);
  const at = new Date();
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign('msg_1', at, text),
  };
  return { body: text, headers };
};

beforeAll(async () => {
  collector = await openCollector();
  endpoint = await openServer(answerAsHead);
  town = await openTown({ OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`, SECRET_BANDIT: canary });
  await town.server.platform.telemetry.open();
  await registerAll();
  await succeed();
  await fail();
  await town.close();
  spans = collector.spans();
});

afterAll(async () => {
  await collector.close();
  await endpoint.close();
});

let sue: Client;
const agents = new Map<string, Client>();

async function registerAll(): Promise<void> {
  const { admin } = town;
  for (const owner of ['o1', 'o2', 'ops']) await town.person(owner, []);
  const data = { role: 'category_head', categories: ['data'] } as const;
  const called = { ...data, owner_id: 'o1', endpoint: `${endpoint.url}/ask/${canary}` };
  secret = (await admin.put<{ endpoint_secret: string }>('/v1/agents/called', called)).endpoint_secret;
  const tool = { name: 'bandit', secret_name: 'bandit', probe_url: `${endpoint.url}/probe/${canary}?key=${canary}` };
  await admin.post('/v1/deployment/tools/register', tool);
  const keyOf = async (path: string) => (await admin.post<{ key: string }>(`${path}/keys`)).key;
  await admin.put('/v1/principals/sue', { kind: 'person', roles: ['submitter'] });
  await admin.put('/v1/agents/calling', { ...data, owner_id: 'o2' });
  await admin.put('/v1/agents/writer', { owner_id: 'ops', model: 'openai:gpt-4o' });
  const sues = await keyOf('/v1/principals/sue');
  sue = clientOf(town.url, sues);
  keys.push(secret, town.server.admin_key ?? '', sues);
  for (const id of ['called', 'calling', 'writer']) {
    const key = await keyOf(`/v1/agents/${id}`);
    keys.push(key);
    agents.set(id, clientOf(town.url, key));
    await by(id).post(`/v1/agents/${id}/heartbeat`, { fences: [] });
  }
}

function by(id: string): Client {
  const client = agents.get(id);
  if (client === undefined) throw new Error(`there is no ${id}`);
  return client;
}

const submitted = (headers: Record<string, string>, more: object = {}): Promise<Job> =>
  sue.post<Job>(
    '/v1/deployment/jobs',
    {
      ...{ job_name: 'report', job_description: `Write a long report: ${canary}`, category: 'data' },
      ...{ primary_agent: 'writer', required_tools: [{ tool_name: 'bandit', required: false }] },
      ...{ input: { db: { password: canary }, pin: 4711 }, sensitive: ['input.db'] },
      ...more,
    },
    { prefer: 'wait=20', 'x-api-key': canary, cookie: `session=${canary}`, ...headers },
  );

/** The one head answers in place, the other calls. */
async function approved(job: Job): Promise<void> {
  const ballot = { definition_sha256: job.approval?.definition_sha256, decision: 'yes', confidence: 1 };
  const path = `/v1/deployment/approvals/${job.job_id}`;
  await by('calling').post(`${path}/ballots`, { ...ballot, reasoning: canary }, { traceparent: callers.ballot });
}

async function claimed(): Promise<{ task_id: string; fence: number }> {
  const claim = { claim_id: randomUUID(), wait_seconds: 10 };
  const { tasks } = await by('writer').post<{ tasks: { task_id: string; fence: number }[] }>(
    '/v1/agents/writer/tasks/claim',
    claim,
  );
  const [task] = tasks;
  if (task === undefined) throw new Error('there was nothing to do');
  return task;
}

async function ended({ job_id }: Job, state: string): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    const job = await sue.get<Job>(`/v1/deployment/jobs/${job_id}`);
    if (job.state === state) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`job ${job_id} never was ${state}`);
}

async function succeed(): Promise<void> {
  const job = await submitted({ traceparent: callers.submit });
  await approved(job);
  const { task_id, fence } = await claimed();
  const usage = { input_tokens: 700, output_tokens: 100 };
  await by('writer').post(`/v1/tasks/${task_id}/complete`, { fence, output: { text: canary }, usage });
  await ended(job, 'succeeded');
}

async function fail(): Promise<void> {
  const job = await submitted({}, { max_retries: 0 });
  await approved(job);
  const { task_id, fence } = await claimed();
  const error = `401 for password=${canary}, Authorization: Bearer ${canary}, and ${canary}`;
  await by('writer').post(`/v1/tasks/${task_id}/fail`, { fence, error });
  await ended(job, 'failed');
  await sue.get(`/v1/deployment/jobs?text=${canary}`);
  await expect(sue.get(`/v1/deployment/jobs/${canary}`)).rejects.toMatchObject({ status: 404 });
}

const ofTheJob = (): Span[] => spans.filter((span) => span.trace === trace);
const named = (name: string): Span[] => ofTheJob().filter((span) => span.name === name);

describe('the trace of a job', () => {
  test('holds the request that submitted it, every stage, and what its agent did', () => {
    expect(named('submitJob')).toMatchObject([
      { kind: 'server', parent: above, attributes: { 'http.route': '/api/v1/deployment/jobs' } },
    ]);
    for (const stage of ['estimateJob', 'validateJob', 'askVoter', 'executeJob', 'learnFromJob']) {
      expect(named(stage)).toContainEqual(expect.objectContaining({ kind: 'consumer' }));
    }
    expect(named('invoke_agent writer')).toMatchObject([
      { kind: 'client', attributes: { 'gen_ai.usage.input_tokens': 700, 'gen_ai.usage.output_tokens': 100 } },
    ]);
  });

  test('is one tree: each of its spans hangs below another, up to what the caller said', () => {
    const ids = new Set(ofTheJob().map(({ id }) => id));
    expect(ofTheJob().filter(({ parent }) => !ids.has(parent))).toMatchObject([{ name: 'submitJob', parent: above }]);
  });

  test('holds every statement below its transaction, named by operation and table', () => {
    const transactions = new Map(ofTheJob().map((span) => [span.id, span.name]));
    const inserts = named('INSERT jobs');
    expect(inserts.map(({ parent }) => transactions.get(parent))).toEqual(['transaction submitJob']);
    expect(inserts).toMatchObject([
      {
        kind: 'client',
        attributes: {
          'db.system.name': 'sqlite',
          'db.operation.name': 'INSERT',
          'db.collection.name': 'jobs',
          'db.query.summary': 'INSERT jobs',
        },
      },
    ]);
  });

  test('goes out with calls, so that the other side can join it', () => {
    const asked = endpoint.asked.find(({ headers }) => String(headers['traceparent']).includes(trace));
    const [, , above] = String(asked?.headers['traceparent']).split('-');
    const call = ofTheJob().find(({ id }) => id === above);
    expect(call).toMatchObject({ kind: 'client', attributes: { 'server.address': '127.0.0.1' } });
    const methods = ofTheJob().flatMap(({ attributes }) => String(attributes['http.request.method'] ?? ''));
    expect(methods.filter(Boolean).toSorted()).toEqual(['GET', 'POST', 'POST']); // the probe, the submission, the head that is asked
  });

  test('links to the calls of others that brought it on', () => {
    const completed = spans.find(({ name }) => name === 'completeTask');
    expect(completed?.trace).not.toBe(trace);
    expect(named('executeJob').flatMap(({ links }) => links.map((link) => link.trace))).toContain(completed?.trace);
  });
});

test('who calls with a trace of their own keeps it', () => {
  const ballots = spans.filter(({ name }) => name === 'castBallot');
  expect(ballots.map(({ trace, parent }) => [trace, parent])).toEqual([
    ['11111111111111111111111111111111', '2222222222222222'],
    ['11111111111111111111111111111111', '2222222222222222'],
  ]);
});

describe('what is measured', () => {
  const of = (name: string, attributes: object = {}) =>
    collector.measured().filter((series) => {
      const split = { ...series.attributes, ...attributes };
      return series.name === name && JSON.stringify(split) === JSON.stringify(series.attributes);
    });

  test('has every measure that there is', () => {
    expect(new Set(collector.measured().map(({ name }) => name))).toEqual(new Set(Object.keys(measures)));
  });

  test('are stages, approvals, waits and ends', () => {
    expect(of('muster.stage.duration', { 'muster.stage': 'validateJob' })).toMatchObject([{ count: 2, unit: 's' }]);
    expect(of('muster.approval.duration', { 'muster.approval.state': 'granted' })).toMatchObject([{ count: 2 }]);
    expect(of('muster.task.queue.duration')).toMatchObject([{ count: 2 }]);
    expect(of('muster.claim.duration')).toMatchObject([{ count: 2 }]);
    expect(of('muster.job.duration').map(({ attributes }) => attributes)).toEqual(
      expect.arrayContaining([
        { 'muster.job.state': 'succeeded', 'muster.job.category': 'data' },
        { 'muster.job.state': 'failed', 'muster.job.category': 'data' },
      ]),
    );
  });

  test('are tokens by model and kind', () => {
    const [input] = of('gen_ai.client.token.usage', { 'gen_ai.token.type': 'input' });
    const [output] = of('gen_ai.client.token.usage', { 'gen_ai.token.type': 'output' });
    const split = { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.provider.name': 'openai' };
    expect(input).toMatchObject({ unit: '{token}', count: 1, sum: 700, attributes: split });
    expect(output).toMatchObject({ sum: 100, attributes: { 'gen_ai.request.model': 'openai:gpt-4o' } });
  });
});

test('everything that is told is documented', () => {
  const page = readFileSync(new URL('../../docs/telemetry.md', import.meta.url), 'utf8');
  const attributes = [...spans, ...collector.measured()].flatMap((told) => Object.keys(told.attributes));
  expect([...new Set(attributes)].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  const named = spans.filter(({ kind }) => kind === 'server' || kind === 'consumer').map(({ name }) => name);
  expect([...new Set(named)].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

test('all of it comes from Muster', () => {
  expect(new Set(collector.services())).toEqual(new Set(['muster']));
});

test('nothing secret leaves: no setting, header, parameter, sealed value, key, URL or error', () => {
  const told = collector.text();
  expect(told).toContain('task_failed');
  expect([canary, ...keys].filter((unsaid) => told.includes(unsaid))).toEqual([]);
  expect(keys.every((key) => key.length > 20)).toBe(true);
});
