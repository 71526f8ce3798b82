/** Jobs through the whole road in this process: submit, two ballots, one task. */
import { randomUUID } from 'node:crypto';
import { castBallot } from '../shared/approvals/cast-ballot.ts';
import { isAtRest, isEnd } from '../shared/jobs/lifecycle.ts';
import type { JobState } from '../shared/jobs/job.ts';
import { store } from '../shared/platform/database/statement.ts';
import { submitJob } from '../shared/road/submit.ts';
import { claimTasks } from '../shared/tasks/claim.ts';
import { completeTask } from '../shared/tasks/complete.ts';
import { definition, type Embedded } from './embedded.ts';

interface Tables {
  jobs: { id: string; state: JobState };
  approvals: { job_id: string; definition_sha256: string };
}

/** The least a driver can ask for: what is measured is the road, not those who look at it. */
const { first } = store<Tables>();
const stateOf = first((q, p: { id: string }) => q.selectFrom('jobs').select('state').where('id', '=', p.id));
const askedOf = first((q, p: { job_id: string }) =>
  q.selectFrom('approvals').select('definition_sha256').where('job_id', '=', p.job_id),
);

/** Waits for news of the job until it is as wanted. */
async function until({ platform }: Embedded, id: string, wanted: (state: JobState) => boolean): Promise<JobState> {
  for (;;) {
    const news = platform.hints.wait([`job:${id}`], 1000);
    const { state } = (await stateOf(platform.db.read, { id })) ?? {};
    if (state !== undefined && wanted(state)) return state;
    await news;
  }
}

/** One job; gives its milliseconds from the submission to the end. */
async function driveOne(muster: Embedded): Promise<number> {
  const { platform, submitter, heads } = muster;
  const start = performance.now();
  const id = await submitJob(platform, submitter, { definition });
  const asked = await until(muster, id, isAtRest);
  const question = await askedOf(platform.db.read, { job_id: id });
  if (question === undefined) throw new Error(`job ${id} is ${asked}`);
  const { definition_sha256 } = question;
  const ballot = { definition_sha256, decision: 'yes' as const, confidence: 0.9, reasoning: 'fine', evidence: [] };
  await Promise.all(heads.map((voter) => castBallot(platform, voter, { job_id: id, ...ballot })));
  const state = await until(muster, id, isEnd);
  if (state !== 'succeeded') throw new Error(`job ${id} is ${state}`);
  return performance.now() - start;
}

/** Claims and completes until told to stop; a claim takes what is there. */
async function work({ platform, worker }: Embedded, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const claim = { agent_id: worker.id, max: 50, wait_seconds: 1, claim_id: randomUUID(), signal };
    const { tasks } = await claimTasks(platform, worker, claim);
    const usage = { input_tokens: 900, cached_tokens: 0, output_tokens: 100 };
    await Promise.all(
      tasks.map(({ task_id, fence }) =>
        completeTask(platform, worker, { task_id, fence, output: { done: true }, usage }),
      ),
    );
  }
}

export interface Speed {
  jobs_per_second: number;
  p50_ms: number;
  p99_ms: number;
}

/** `count` jobs, `inFlight` at a time. */
export async function driveMany(
  muster: Embedded,
  { count, inFlight }: { count: number; inFlight: number },
): Promise<Speed> {
  const stopping = new AbortController();
  const working = work(muster, stopping.signal);
  const times: number[] = [];
  let left = count;
  const lane = async () => {
    while (left-- > 0) times.push(await driveOne(muster));
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: inFlight }, lane));
  const jobs_per_second = count / ((performance.now() - start) / 1000);
  stopping.abort();
  await working;
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
  return { jobs_per_second, p50_ms: at(0.5), p99_ms: at(0.99) };
}
