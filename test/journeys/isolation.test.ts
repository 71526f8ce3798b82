/** Agents are taken out of service and come back, by operators and by themselves, over HTTP. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../../local/client.ts';
import { openTown, type Town } from './town.ts';

interface Task {
  task_id: string;
  fence: number;
  attempt: number;
}

const names = ['alice', 'bob'];
const heads: Client[] = [];
let town: Town;
let riley: Client;
let olga: Client;
let writer: Client;

beforeAll(async () => {
  town = await openTown({ AGENT_HEARTBEAT_INTERVAL: '2s' });
  riley = await town.person('riley', ['submitter']);
  olga = await town.person('olga', ['operator']);
  await town.person('dan', []);
  writer = await town.agent('writer', { owner: 'dan', max_concurrent_tasks: 2 });
  await writer.post('/v1/agents/writer/heartbeat');
  for (const head of names) {
    await town.person(`${head}_owner`, []);
    const client = await town.agent(head, { role: 'category_head', owner: `${head}_owner`, categories: ['data'] });
    await client.post(`/v1/agents/${head}/heartbeat`);
    heads.push(client);
  }
});
afterAll(() => town.close());

/** What agents do all the time. */
const beat = () =>
  Promise.all([
    writer.post('/v1/agents/writer/heartbeat'),
    ...heads.map((head, at) => head.post(`/v1/agents/${names[at]}/heartbeat`)),
  ]);

/** Submitted, and approved by both heads. */
async function approved(): Promise<string> {
  await beat();
  const { job_id, approval } = await riley.post<{ job_id: string; approval: { definition_sha256: string } }>(
    '/v1/deployment/jobs',
    { job_name: 'report', job_description: 'Write a report', category: 'data', primary_agent: 'writer' },
  );
  for (const head of heads)
    await head.post(`/v1/deployment/approvals/${job_id}/ballots`, {
      definition_sha256: approval.definition_sha256,
      ...{ decision: 'yes', confidence: 0.9, reasoning: 'seen' },
    });
  return job_id;
}

const claim = () => writer.post<{ tasks: Task[] }>('/v1/agents/writer/tasks/claim', { wait_seconds: 10 });
const complete = ({ task_id, fence }: Task) =>
  writer.post(`/v1/tasks/${task_id}/complete`, { fence, output: { text: 'done' } });

async function until(job_id: string, state: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if ((await riley.get<{ state: string }>(`/v1/deployment/jobs/${job_id}`)).state === state) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`job ${job_id} never was ${state}`);
}

test('what an isolated agent held is done by another attempt, once it is restored', async () => {
  const job_id = await approved();
  const [held] = (await claim()).tasks;
  if (held === undefined) throw new Error('nothing to do');
  await expect(writer.post('/v1/agents/writer/isolate', { reason: 'me' })).rejects.toMatchObject({ status: 403 });
  await olga.post('/v1/agents/writer/isolate', { reason: 'it makes things up' });
  await expect(complete(held)).rejects.toMatchObject({ code: 'lease_lost' });
  await expect(claim()).rejects.toMatchObject({ code: 'agent_not_active' });

  expect(await olga.post('/v1/agents/writer/restore')).toMatchObject({ state: 'active' });
  const [again] = (await claim()).tasks;
  expect(again).toMatchObject({ task_id: held.task_id, attempt: 2 });
  if (again !== undefined) await complete(again);
  await until(job_id, 'succeeded');
  const { items } = await olga.get<{ items: { stream: string; type: string }[] }>('/v1/events?limit=200');
  const told = items.filter(({ stream }) => stream === 'agent:writer').map(({ type }) => type);
  expect(told).toEqual(['registered', 'isolated', 'redistributed', 'restored']);
});

test('a draining agent finishes what it holds, and is told that nobody is to claim', async () => {
  const job_id = await approved();
  const [held] = (await claim()).tasks;
  if (held === undefined) throw new Error('nothing to do');
  await olga.post('/v1/agents/writer/drain');
  expect(await writer.post('/v1/agents/writer/heartbeat', { fences: [] })).toMatchObject({ drain: true });
  await complete(held);
  await until(job_id, 'succeeded');
  await expect(olga.post('/v1/agents/nobody/drain')).rejects.toMatchObject({ code: 'not_found' });
});

test('an agent that fails too often is isolated, and comes back by a heartbeat', async () => {
  await olga.post('/v1/agents/writer/restore');
  for (let failed = 0; failed < 10; failed++) {
    const job_id = await approved();
    const [task] = (await claim()).tasks;
    if (task === undefined) throw new Error('nothing to do');
    const { task_id, fence } = task;
    await writer.post(`/v1/tasks/${task_id}/fail`, { fence, error: 'it broke', retryable: false });
    await until(job_id, 'failed');
  }
  await standing('isolated');
  await standing('active', beat);
  const { items } = await olga.get<{ items: { stream: string; type: string }[] }>('/v1/events?limit=1000');
  const told = items.filter(({ stream }) => stream === 'agent:writer').map(({ type }) => type);
  expect(told.slice(-3)).toEqual(['isolated', 'redistributed', 'recovered']);
  expect(await olga.get('/v1/agents/writer/statistics')).toMatchObject({
    tasks: { failed: 10, recent: { failed: 0 } },
  });
});

/** Until the timer has moved the writer there. */
async function standing(wanted: string, meanwhile?: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; tries < 80; tries++) {
    await meanwhile?.();
    if ((await olga.get<{ state: string }>('/v1/agents/writer')).state === wanted) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`the writer never was ${wanted}`);
}
