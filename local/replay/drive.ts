/** One row through the road: submitted, answered by both heads, and followed to its end. */
import type { Client } from '../client.ts';
import type { Row } from './rows.ts';
import type { ReplayTown } from './town.ts';

interface Job {
  job_id: string;
  state: string;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  estimate: { tokens: { p50: number; interval_80: [number, number]; interval_90: [number, number] } } | null;
  approval: { definition_sha256: string; required_count: number; opened_at: string } | null;
  actual: { total_tokens: number } | null;
}

export interface Driven {
  row: Row;
  job: Job;
  /** From the submission to the answer that it has ended, as the caller sees it. */
  seconds: number;
}

const ends = new Set(['succeeded', 'failed', 'rejected', 'expired', 'cancelled', 'rolled_back']);

/** `run` makes the Idempotency-Keys of one replay different from those of another. */
export async function drive(town: ReplayTown, row: Row, run: string): Promise<Driven> {
  const start = performance.now();
  const submitted = await town.submitter.post<Job>(
    '/v1/deployment/jobs',
    { ...definitionOf(row), ...town.also },
    {
      prefer: 'wait=20',
      'idempotency-key': `${run}-${row.seq}`,
    },
  );
  const asked = await until(town.submitter, submitted, (job) => job.approval !== null);
  if (!ends.has(asked.state)) await vote(town, row, asked);
  const job = await until(town.submitter, asked, ({ state }) => ends.has(state));
  return { row, job, seconds: (performance.now() - start) / 1000 };
}

const definitionOf = (row: Row) => ({
  job_name: row.job_name,
  job_description: `Row ${row.seq} of a recorded log, played again`,
  category: row.category,
  primary_agent: row.agent,
  input: { row: row.seq },
  max_retries: 50,
  ...(row.model === undefined ? {} : { model: row.model }),
});

/** As many heads as the policy asks for, and the human where it asks for one. */
async function vote({ heads, human }: ReplayTown, { category }: Row, { job_id, approval }: Job): Promise<void> {
  const { definition_sha256, required_count = 0 } = approval ?? {};
  const ballot = { definition_sha256, decision: 'yes', confidence: 0.9, reasoning: 'It is a replay.' };
  const clients = (heads.get(category) ?? []).map(({ client }) => client);
  const asked = required_count > 2 ? [...clients, human] : clients.slice(0, 2);
  await Promise.all(asked.map((voter) => voter.post(`/v1/deployment/approvals/${job_id}/ballots`, ballot)));
}

/** Looks again until the job is as wanted, or has ended; gently, since most are soon there. */
async function until(reader: Client, first: Job, wanted: (job: Job) => boolean): Promise<Job> {
  let job = first;
  for (let pause = 5; !wanted(job) && !ends.has(job.state); pause = Math.min(500, pause * 1.5)) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    job = await reader.get<Job>(`/v1/deployment/jobs/${job.job_id}`);
  }
  return job;
}
