/** A job's road with the embedded file and with bells over AMQP: each step is a message that the broker handed out. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bellNames } from '../../shared/platform/platform.ts';
import { openTown, type Town } from '../journeys/town.ts';
import { Broker } from './amqp/broker.ts';

interface Job {
  job_id: string;
  state: string;
  approval: { definition_sha256: string } | null;
}

let broker: Broker;
let town: Town;
beforeAll(async () => {
  broker = await new Broker(bellNames).ready();
  town = await openTown({ SERVICEBUS: broker.connectionString });
});
afterAll(async () => {
  await town.close();
  await broker.close();
});

const jobs = '/v1/deployment/jobs';
const definition = {
  job_name: 'report',
  job_description: 'Write a report about the month',
  category: 'data',
  primary_agent: 'writer',
};

const sent = (bell: string) => broker.queue(bell).history.length;

test('a job goes from submit to learn by messages', async () => {
  const sam = await town.person('sam', ['submitter']);
  const heads = await Promise.all(
    ['hanna', 'hugo'].map(async (owner) => {
      await town.person(owner, []);
      return town.agent(`${owner}-head`, { role: 'category_head', owner, categories: ['data'] });
    }),
  );
  const writer = await town.agent('writer', { owner: 'hanna' });
  await writer.post('/v1/agents/writer/heartbeat', { fences: [] });
  for (const [n, head] of heads.entries()) {
    await head.post(`/v1/agents/${['hanna', 'hugo'][n]}-head/heartbeat`, { fences: [] });
  }
  const job = await sam.post<Job>(jobs, definition);
  expect(job.state).toBe('awaiting_approval');
  const ballot = {
    definition_sha256: job.approval?.definition_sha256,
    decision: 'yes',
    confidence: 1,
    reasoning: 'Yes',
  };
  for (const head of heads) await head.post(`/v1/deployment/approvals/${job.job_id}/ballots`, ballot);
  const { tasks } = await writer.post<{ tasks: { task_id: string; fence: number }[] }>(
    '/v1/agents/writer/tasks/claim',
    { max: 1, wait_seconds: 10, claim_id: 'claim-1' },
  );
  expect(tasks).toHaveLength(1);
  for (const { task_id, fence } of tasks) await writer.post(`/v1/tasks/${task_id}/complete`, { fence, output: {} });
  const now = async () => (await sam.get<Job>(`${jobs}/${job.job_id}`)).state;
  await expect.poll(now, { timeout: 10_000 }).toBe('succeeded');
  expect([sent('estimate'), sent('validate'), sent('learn')]).toEqual([1, 1, 1]);
  await expect.poll(() => bellNames.flatMap((bell) => broker.queue(bell).stored)).toEqual([]);
});

test('health tells of the queues', async () => {
  const health = await town.admin.get<{ checks: { name: string; figures: object }[] }>('/health/ready');
  expect(health.checks.find(({ name }) => name === 'queue')).toMatchObject({ status: 'ok', figures: { waiting: 0 } });
});
