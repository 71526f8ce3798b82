/** A verifier that is an agent, over HTTP: the program of the examples, and one that is slow. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../../local/client.ts';
import { openTown, type Town } from './town.ts';

interface Job {
  job_id: string;
  state: string;
  blocked: { code: string; waits_for: string; detail: string } | null;
  validation: { checks: { name: string; state: string; reason: string }[] } | null;
}

interface Mail {
  messages: { type: string; correlation_id: string; body: Record<string, unknown> }[];
}

const jobs = '/v1/deployment/jobs';
const job = { job_name: 'report', job_description: 'Write a report about the month', primary_agent: 'writer' };
let town: Town;
let riley: Client;
let slow: Client;
let freezer: ChildProcess;

beforeAll(async () => {
  town = await openTown();
  riley = await town.person('riley', ['submitter']);
  for (const owner of ['alice', 'bob', 'dan']) await town.person(owner, []);
  for (const owner of ['alice', 'bob']) {
    for (const category of ['data', 'infrastructure', 'ecommerce']) {
      await beating(`${owner}-${category}`, { role: 'category_head', owner, categories: [category] });
    }
  }
  await beating('writer', { owner: 'dan' });
  slow = await beating('slow', { owner: 'dan' });
  await town.agent('freezer', { owner: 'dan' });
  const { key } = await town.admin.post<{ key: string }>('/v1/agents/freezer/keys');
  freezer = spawn(process.execPath, [fileURLToPath(new URL('../../examples/agents/verifier.ts', import.meta.url))], {
    env: { MUSTER_URL: town.url, MUSTER_KEY: key, MUSTER_AGENT: 'freezer', MUSTER_FROZEN: 'infrastructure' },
    stdio: 'inherit',
  });
  const register = '/v1/deployment/verifiers/register';
  await town.admin.post(register, { name: 'freeze', agent_id: 'freezer', categories: ['data', 'infrastructure'] });
  await town.admin.post(register, { name: 'stock', agent_id: 'slow', categories: ['ecommerce'] });
});

afterAll(async () => {
  freezer.kill();
  await once(freezer, 'exit');
  await town.close();
});

async function beating(id: string, facts: Parameters<Town['agent']>[1]): Promise<Client> {
  const client = await town.agent(id, facts);
  await client.post(`/v1/agents/${id}/heartbeat`, { fences: [] });
  return client;
}

async function until({ job_id }: Job, state: string): Promise<Job> {
  for (let tries = 0; tries < 400; tries++) {
    const now = await riley.get<Job>(`${jobs}/${job_id}`);
    if (now.state === state) return now;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`job ${job_id} never was ${state}`);
}

test('a job whose verifier has nothing against it comes to its question', async () => {
  const submitted = await riley.post<Job>(jobs, { ...job, category: 'data' });
  const { validation } = await until(submitted, 'awaiting_approval');
  expect(validation?.checks.at(-1)).toMatchObject({ name: 'verifier:freeze:change-freeze', state: 'passed' });
});

test('a job that a verifier has something against is blocked with its reason', async () => {
  const submitted = await riley.post<Job>(jobs, { ...job, category: 'infrastructure' });
  expect(await until(submitted, 'blocked')).toMatchObject({
    blocked: {
      ...{ code: 'not_ready', waits_for: 'verifier:freeze' },
      detail: 'infrastructure is under a change freeze. Wait until the freeze is over, or submit it with priority 1.',
    },
  });
});

test('a verifier that is slow wakes the job by its answer, and is refused where it answers amiss', async () => {
  const submitted = await riley.post<Job>(jobs, { ...job, category: 'ecommerce' });
  const blocked = await until(submitted, 'blocked');
  expect(blocked.blocked).toMatchObject({ code: 'not_ready', waits_for: 'verifier:stock' });
  const { messages } = await slow.post<Mail>('/v1/agents/slow/messages/receive', { max: 1 });
  const [request] = messages;
  if (request === undefined) throw new Error('nobody was asked');
  const { correlation_id, body } = request;
  const { job_id, deployment_id, definition_sha256 } = body;
  const checks = [{ name: 'stock', state: 'passed', reason: 'There is enough.' }];
  const answer = (said: object) =>
    slow.post('/v1/messages', { to_agent: 'muster', type: 'verification_answer', correlation_id, body: said });
  await expect(answer({ job_id, deployment_id, definition_sha256 })).rejects.toMatchObject({ code: 'invalid' });
  await expect(answer({ job_id, deployment_id, definition_sha256: 'x', checks })).rejects.toMatchObject({
    code: 'question_changed',
  });
  await answer({ job_id, deployment_id, definition_sha256, checks });
  const { validation } = await until(submitted, 'awaiting_approval');
  expect(validation?.checks.at(-1)).toMatchObject({ name: 'verifier:stock:stock', state: 'passed' });
});
