/** The whole road over HTTP, with the definitions of the documentation as they stand. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../../local/client.ts';
import { definitions, resources, tools } from '../../local/demo/cast.ts';
import { openTown, type Town } from './town.ts';

interface Job {
  job_id: string;
  status: string;
  state: string;
  explanation: string;
  can_proceed: boolean;
  version: number;
  deployment_number: number;
  estimated_tokens: number;
  estimate: { tokens: { interval_80: [number, number] } };
  validation: { is_ready: boolean; missing_tools: string[] };
  approval: {
    policy: string;
    required_count: number;
    approved_count: number;
    definition_sha256: string;
    groups: { group: string; needed: number }[];
  } | null;
  blocked: { code: string; waits_for: string } | null;
  plan: { tasks: { name: string; state: string }[] } | null;
  actual: { total_tokens: number; cost_usd: number } | null;
}

interface Task {
  task_id: string;
  fence: number;
  name: string;
  input: { outputs?: Record<string, unknown> };
}

const [content = {}, scan = {}] = definitions;
const jobs = '/v1/deployment/jobs';
let town: Town;
let riley: Client;
const heads = new Map<string, Client>();
const workers = new Map<string, Client>();

beforeAll(async () => {
  town = await openTown();
  riley = await town.person('riley', ['submitter']);
  for (const owner of ['alice', 'bob', 'carol', 'dan']) await town.person(owner, []);
  for (const owner of ['alice', 'bob', 'carol']) {
    for (const category of ['marketing_brand', 'core_security']) {
      const id = `${owner}-${category}`;
      heads.set(id, await beating(id, await town.agent(id, { role: 'category_head', owner, categories: [category] })));
    }
  }
  for (const id of ['content_generator', 'seo_optimizer', 'brand_intelligence', 'scanner_v2', 'fixer_v2']) {
    workers.set(id, await beating(id, await town.agent(id, { owner: 'dan', max_concurrent_tasks: 50 })));
  }
  for (const tool of tools) await town.admin.post('/v1/deployment/tools/register', tool);
  for (const resource of resources) await town.admin.post('/v1/deployment/resources/register', resource);
});

afterAll(() => town.close());

async function beating(id: string, client: Client): Promise<Client> {
  await client.post(`/v1/agents/${id}/heartbeat`, { fences: [] });
  return client;
}

const client = (from: Map<string, Client>, id: string): Client => {
  const found = from.get(id);
  if (found === undefined) throw new Error(`there is no ${id}`);
  return found;
};

const vote = (head: string, job: Job, decision = 'yes') =>
  client(heads, head).post(`/v1/deployment/approvals/${job.job_id}/ballots`, {
    definition_sha256: job.approval?.definition_sha256,
    decision,
    confidence: 0.9,
    reasoning: 'The facts are in front of me.',
  });

async function perform(agent: string, output: object): Promise<Task> {
  const { tasks } = await client(workers, agent).post<{ tasks: Task[] }>(`/v1/agents/${agent}/tasks/claim`, {
    max: 1,
    wait_seconds: 10,
    claim_id: `claim-${randomUUID()}`,
  });
  const [task] = tasks;
  if (task === undefined) throw new Error(`${agent} found nothing to do`);
  const usage = { input_tokens: 700, output_tokens: 100 };
  await client(workers, agent).post(`/v1/tasks/${task.task_id}/complete`, { fence: task.fence, output, usage });
  return task;
}

async function until(job: Job, state: string): Promise<Job> {
  for (let tries = 0; tries < 200; tries++) {
    const now = await riley.get<Job>(`${jobs}/${job.job_id}`);
    if (now.state === state) return now;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`job ${job.job_id} never was ${state}`);
}

test('a job goes from submit to learn', async () => {
  const submitted = await riley.post<Job>(jobs, content);
  expect(submitted).toMatchObject({ status: 'approval_pending', state: 'awaiting_approval', can_proceed: false });
  expect(submitted.approval).toMatchObject({ policy: 'standard', required_count: 2, approved_count: 0 });
  expect(submitted.validation).toMatchObject({ is_ready: true, missing_tools: [] });
  expect(submitted.estimated_tokens).toBe(3000);
  expect(submitted.explanation).toMatch(/^Waiting for 2 more/);

  await vote('alice-marketing_brand', submitted);
  expect((await riley.get<Job>(`${jobs}/${submitted.job_id}`)).explanation).toMatch(/^Waiting for one more/);
  await vote('bob-marketing_brand', submitted);
  const running = await until(submitted, 'executing');
  expect(running).toMatchObject({ status: 'success', can_proceed: true });
  expect(running.plan?.tasks.map(({ name, state }) => [name, state])).toEqual(
    expect.arrayContaining([
      ['seo_optimizer', 'queued'],
      ['brand_intelligence', 'queued'],
      ['content_generator', 'waiting'],
    ]),
  );
  await perform('seo_optimizer', { keywords: ['muster'] });
  await perform('brand_intelligence', { tone: 'plain' });
  const last = await perform('content_generator', { text: 'A post.' });
  expect(last.input.outputs).toEqual({
    seo_optimizer: { keywords: ['muster'] },
    brand_intelligence: { tone: 'plain' },
  });
  const done = await until(submitted, 'succeeded');
  expect(done).toMatchObject({ status: 'success', can_proceed: true, actual: { total_tokens: 2400, cost_usd: 0 } });
});

test('what was learned shows in the next estimate', async () => {
  const next = await riley.post<Job>(jobs, content);
  expect(next.estimated_tokens).toBe(2400);
  await riley.post(`${jobs}/${next.job_id}/cancel`);
});

test('a job of priority 1 is critical: three heads and a human', async () => {
  const job = await riley.post<Job>(jobs, { ...scan, priority: 1 });
  expect(job.state).toBe('blocked');
  expect(job.blocked).toMatchObject({ code: 'no_eligible_voters', waits_for: 'category:core_security' });
  const human = await town.person('hana', ['approver']);
  const again = await until(job, 'awaiting_approval');
  expect(again.approval).toMatchObject({ policy: 'critical', required_count: 4 });
  for (const owner of ['alice', 'bob', 'carol']) await vote(`${owner}-core_security`, again);
  expect((await riley.get<Job>(`${jobs}/${again.job_id}`)).state).toBe('awaiting_approval');
  const asked = await human.get<{ items: { job_id: string }[] }>('/v1/deployment/approvals');
  expect(asked.items.map(({ job_id }) => job_id)).toContain(again.job_id);
  await human.post(`/v1/deployment/approvals/${again.job_id}/ballots`, {
    definition_sha256: again.approval?.definition_sha256,
    decision: 'yes',
    confidence: 1,
    reasoning: 'I have looked.',
  });
  await until(again, 'executing');
  await riley.post(`${jobs}/${again.job_id}/cancel`);
  await until(again, 'cancelled');
});

test('both definitions are accepted by validate, bare and wrapped', async () => {
  for (const definition of definitions) {
    for (const body of [definition, { job_definition: definition }]) {
      const answer = await riley.post<{ is_valid: boolean; policy: { workflow: string } }>(
        '/v1/deployment/validate',
        body,
      );
      expect(answer).toMatchObject({ is_valid: true, policy: { workflow: 'standard' } });
    }
  }
});

test('a job rejected by its heads ends so, and can be retried as a new deployment', async () => {
  const job = await riley.post<Job>(jobs, scan);
  await vote('alice-core_security', job, 'no');
  await vote('bob-core_security', job, 'no');
  const rejected = await until(job, 'rejected');
  expect(rejected).toMatchObject({ status: 'rejected', can_proceed: false });
  const retried = await riley.post<Job>(`${jobs}/${job.job_id}/retry`);
  expect(retried).toMatchObject({ job_id: job.job_id, deployment_number: 2, state: 'awaiting_approval' });
  await riley.post(`${jobs}/${job.job_id}/cancel`);
});

test('a job that waits for a tool goes on by itself when it is registered', async () => {
  const needs = { ...content, required_tools: [{ tool_name: 'late_tool', estimated_calls: 1 }] };
  const job = await riley.post<Job>(jobs, needs);
  expect(job).toMatchObject({
    status: 'validation_failed',
    state: 'blocked',
    blocked: { code: 'not_ready', waits_for: 'tool:late_tool' },
  });
  await town.admin.post('/v1/deployment/tools/register', { name: 'late_tool', tool_type: 'api' });
  await until(job, 'awaiting_approval');
  await riley.post(`${jobs}/${job.job_id}/cancel`);
});

test('the same Idempotency-Key gives the same job', async () => {
  const headers = { 'idempotency-key': 'once-only' };
  const [first, second] = await Promise.all([
    riley.post<Job>(jobs, content, headers),
    riley.post<Job>(jobs, content, headers),
  ]);
  expect(second.job_id).toBe(first.job_id);
  await expect(riley.post(jobs, { ...content, priority: 4 }, headers)).rejects.toMatchObject({
    code: 'idempotency_key_reused',
  });
  await riley.post(`${jobs}/${first.job_id}/cancel`);
});

test('a cancelled running job lets its holders go and gives everything back', async () => {
  const job = await riley.post<Job>(jobs, scan);
  await vote('alice-core_security', job);
  await vote('bob-core_security', job);
  await until(job, 'executing');
  await riley.post(`${jobs}/${job.job_id}/cancel`);
  const over = await until(job, 'cancelled');
  expect(over.plan?.tasks.map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
  const { items } = await town.admin.get<{ items: { reserved_usd: number }[] }>('/v1/deployment/budgets');
  expect(items.map(({ reserved_usd }) => reserved_usd)).toEqual([0]);
  const { items: held } = await town.admin.get<{ items: { allocated: number }[] }>('/v1/deployment/resources');
  expect(held.map(({ allocated }) => allocated)).toEqual(held.map(() => 0));
});
