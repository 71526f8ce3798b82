/** Explicit plans, their undoing and a supervisor, over HTTP. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../../local/client.ts';
import { openTown, type Town } from './town.ts';

interface Job {
  job_id: string;
  state: string;
  outcome_reason: string | null;
  approval: { definition_sha256: string } | null;
}

interface Task {
  task_id: string;
  fence: number;
  name: string;
  input: Record<string, unknown>;
}

const jobs = '/v1/deployment/jobs';
const trip = {
  ...{ job_name: 'trip', job_description: 'Book the trip of one customer', category: 'travel' },
  ...{ primary_agent: 'boss', max_retries: 0 },
  plan: [
    { name: 'flight', capability: 'book', compensation: { input: { act: 'cancel' } } },
    { name: 'pay', agent: 'boss', depends_on: ['flight'] },
  ],
};
let town: Town;
let riley: Client;
const agents = new Map<string, Client>();

beforeAll(async () => {
  town = await openTown();
  riley = await town.person('riley', ['submitter']);
  for (const owner of ['alice', 'bob', 'dan']) await town.person(owner, []);
  const head = { role: 'category_head' as const, categories: ['travel'] };
  for (const owner of ['alice', 'bob']) agents.set(owner, await town.agent(`head-${owner}`, { ...head, owner }));
  agents.set('boss', await town.agent('boss', { role: 'supervisor', owner: 'dan', max_concurrent_tasks: 5 }));
  agents.set('clerk', await town.agent('clerk', { owner: 'dan', capabilities: ['book', 'file'] }));
  for (const [id, client] of agents)
    await client.post(`/v1/agents/${id === 'boss' || id === 'clerk' ? id : `head-${id}`}/heartbeat`, { fences: [] });
});
afterAll(() => town.close());

const as = (id: string): Client => {
  const client = agents.get(id);
  if (client === undefined) throw new Error(`there is no ${id}`);
  return client;
};

async function started(): Promise<Job> {
  const job = await riley.post<Job>(jobs, trip);
  expect(job.state).toBe('awaiting_approval');
  const { definition_sha256 } = job.approval ?? {};
  for (const head of ['alice', 'bob'])
    await as(head).post(`/v1/deployment/approvals/${job.job_id}/ballots`, {
      ...{ definition_sha256, decision: 'yes', confidence: 0.9, reasoning: 'It is as it should be.' },
    });
  return job;
}

async function take(agent: string): Promise<Task> {
  const asked = { max: 1, wait_seconds: 10 };
  const { tasks } = await as(agent).post<{ tasks: Task[] }>(`/v1/agents/${agent}/tasks/claim`, asked);
  const [task] = tasks;
  if (task === undefined) throw new Error(`${agent} found nothing to do`);
  return task;
}

const complete = (agent: string, { task_id, fence }: Task, output = {}) =>
  as(agent).post(`/v1/tasks/${task_id}/complete`, { fence, output });

async function until({ job_id }: Job, state: string): Promise<Job> {
  for (let tries = 0; tries < 200; tries++) {
    const now = await riley.get<Job>(`${jobs}/${job_id}`);
    if (now.state === state) return now;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`job ${job_id} never was ${state}`);
}

test('a plan that could not be run is refused', async () => {
  const plan = [...trip.plan, { name: 'mail', agent: 'boss', depends_on: ['post'] }];
  for (const body of [{ ...trip, plan }, { job_definition: { ...trip, plan } }])
    await expect(riley.post(jobs, body)).rejects.toMatchObject({ code: 'invalid' });
});

test('a run that fails is undone and rolled back', async () => {
  const job = await started();
  await complete('clerk', await take('clerk'), { flight: 'f-1' });
  const { task_id, fence } = await take('boss');
  await as('boss').post(`/v1/tasks/${task_id}/fail`, { fence, error: 'no money' });
  const undo = await take('clerk');
  expect(undo).toMatchObject({
    name: 'undo:flight',
    input: { act: 'cancel', undoes: 'flight', outputs: { flight: { flight: 'f-1' } } },
  });
  await complete('clerk', undo);
  expect((await until(job, 'rolled_back')).outcome_reason).toBe(
    'Task pay failed: no money. What it had done is undone.',
  );
});

test('a supervisor adds a task, which the same key gives again', async () => {
  const job = await started();
  await complete('clerk', await take('clerk'));
  const pay = await take('boss');
  const asked = { job_id: job.job_id, type: 'file', description: 'File the receipt', required_capabilities: ['file'] };
  const headers = { 'idempotency-key': 'file-1' };
  const assigned = await as('boss').post<{ task_id: string; agent_id: string }>('/v1/tasks', asked, headers);
  expect(assigned).toMatchObject({
    agent_id: 'clerk',
    explanation: expect.stringMatching(/^clerk has 0 of 1/) as string,
  });
  const again = await as('boss').post<{ task_id: string }>('/v1/tasks', asked, headers);
  expect(again.task_id).toBe(assigned.task_id);
  await expect(as('clerk').post('/v1/tasks', asked)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(as('boss').post('/v1/tasks', { ...asked, required_capabilities: ['fly'] })).rejects.toMatchObject({
    code: 'no_capable_agent',
  });
  await complete('clerk', await take('clerk'));
  await complete('boss', pay);
  await until(job, 'succeeded');
  const told = await town.admin.get<{ completed: number; assigned_by_supervisors: number }>(
    '/v1/coordination/statistics',
  );
  expect(told).toMatchObject({ completed: 5, failed: 1, assigned_by_supervisors: 1, active_agents: 4 });
});
