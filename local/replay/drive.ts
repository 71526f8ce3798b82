/** One row through the road: submitted, answered by both heads, and followed to its end. */
import type { Client } from '../client.ts';
import { endStates } from './ends.ts';
import type { Row } from './rows.ts';
import { human, type ReplayTown } from './town.ts';

interface Job {
  job_id: string;
  state: string;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  estimate: { tokens: { p50: number; interval_80: [number, number]; interval_90: [number, number] } } | null;
  approval: { definition_sha256: string; required_count: number; still_asked: string[]; opened_at: string } | null;
  actual: { total_tokens: number } | null;
}

export interface Driven {
  row: Row;
  job: Job;
  /** From the submission to the answer that it has ended, as the caller sees it. */
  seconds: number;
}

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
  const asked = await questionOf(town.submitter, submitted);
  if (!endStates.has(asked.state)) await vote(town, asked);
  await town.ends.of(asked.job_id);
  const job = await town.submitter.get<Job>(`/v1/deployment/jobs/${asked.job_id}`);
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

/** As many of those who are asked as the policy needs: two heads, or everybody where it is critical. */
async function vote({ voters }: ReplayTown, { job_id, approval }: Job): Promise<void> {
  const { definition_sha256, required_count = 0, still_asked = [] } = approval ?? {};
  const ballot = { definition_sha256, decision: 'yes', confidence: 0.9, reasoning: 'It is a replay.' };
  const heads = still_asked.filter((id) => id !== human);
  const asked = required_count > 2 ? still_asked : heads.slice(0, required_count);
  const path = `/v1/deployment/approvals/${job_id}/ballots`;
  await Promise.all(asked.flatMap((id) => voters.get(id) ?? []).map((voter) => voter.post(path, ballot)));
}

/** Looks again, gently, until the job has a question, or has ended without one. */
async function questionOf(reader: Client, first: Job): Promise<Job> {
  let job = first;
  for (let pause = 5; job.approval === null && !endStates.has(job.state); pause = Math.min(500, pause * 1.5)) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    job = await reader.get<Job>(`/v1/deployment/jobs/${job.job_id}`);
  }
  return job;
}
