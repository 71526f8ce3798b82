/** Many jobs at once and money for some of them. */
import { expect, test } from 'vitest';
import type { Client } from '../../local/client.ts';
import { openTown } from './town.ts';

interface Job {
  job_id: string;
  state: string;
  status: string;
  blocked: { code: string; waits_for: string } | null;
  approval: { definition_sha256: string } | null;
}

const definition = {
  job_name: 'paid-work',
  job_description: 'A job with a budget of its own',
  category: 'data',
  primary_agent: 'worker',
  max_budget_usd: 0.5,
};

test(
  '200 jobs at once with budget for 80: 80 run, 120 are blocked, and they go on when it is raised',
  { timeout: 60_000 },
  async () => {
    const town = await openTown({ MONTHLY_BUDGET_USD: '40' });
    const submitter = await town.person('riley', ['submitter']);
    const heads = await Promise.all(
      ['alice', 'bob'].map(async (owner) => {
        await town.person(owner, []);
        const id = `head-${owner}`;
        const head = await town.agent(id, { role: 'category_head', owner, categories: ['data'] });
        await head.post(`/v1/agents/${id}/heartbeat`, { fences: [] });
        return head;
      }),
    );
    const worker = await town.agent('worker', { owner: 'alice', max_concurrent_tasks: 500 });
    await worker.post('/v1/agents/worker/heartbeat', { fences: [] });

    const jobs = await Promise.all(Array.from({ length: 200 }, () => submitAndVote(submitter, heads)));
    await eventually(async () => {
      const states = await statesOf(town.admin, jobs);
      return (
        states.filter((state) => state === 'executing').length +
          states.filter((state) => state === 'blocked').length ===
        200
      );
    });
    const states = await statesOf(town.admin, jobs);
    expect(states.filter((state) => state === 'executing')).toHaveLength(80);
    const blocked = await Promise.all(
      jobs.filter((_, i) => states[i] === 'blocked').map((id) => submitter.get<Job>(`/v1/deployment/jobs/${id}`)),
    );
    expect(blocked).toHaveLength(120);
    expect(new Set(blocked.map((job) => `${job.blocked?.code} ${job.blocked?.waits_for}`))).toEqual(
      new Set(['budget_exhausted budget:month']),
    );
    expect(await month(town.admin)).toMatchObject({ reserved_usd: 40, spent_usd: 0, free_usd: 0 });

    await town.admin.put('/v1/deployment/budgets/month', { limit_usd: 100 });
    await eventually(async () => (await statesOf(town.admin, jobs)).every((state) => state === 'executing'));
    expect(await month(town.admin)).toMatchObject({ reserved_usd: 100, spent_usd: 0, free_usd: 0 });
    await town.close();
  },
);

async function submitAndVote(submitter: Client, heads: Client[]): Promise<string> {
  const job = await submitter.post<Job>('/v1/deployment/jobs', definition, { prefer: 'wait=30' });
  const ballot = {
    definition_sha256: job.approval?.definition_sha256,
    decision: 'yes',
    confidence: 0.9,
    reasoning: 'It is worth it.',
  };
  for (const head of heads) await head.post(`/v1/deployment/approvals/${job.job_id}/ballots`, ballot);
  return job.job_id;
}

async function statesOf(admin: Client, ids: string[]): Promise<string[]> {
  const { items } = await admin.get<{ items: { job_id: string; state: string }[] }>('/v1/deployment/jobs?limit=200');
  const byId = new Map(items.map(({ job_id, state }) => [job_id, state]));
  return ids.map((id) => byId.get(id) ?? 'missing');
}

const month = (admin: Client) => admin.get<{ reserved_usd: number }>('/v1/deployment/budgets/month');

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not come true in time');
}
