/** Jobs as callers see them: one read of each room. */
import { usdOf } from '../platform/money.ts';
import type { Platform, Reads } from '../platform/platform.ts';
import type { Caller } from '../access/caller.ts';
import { mayReadAll } from '../access/permissions.ts';
import { approvalSummary, waitingWords } from '../approvals/read.ts';
import type { Job } from '../jobs/job.ts';
import { listJobRows, type JobFilter } from '../jobs/store/queries.ts';
import { tasksOf } from '../tasks/store.ts';
import { currentDeployment, type CurrentDeployment } from './current.ts';
import { canProceed, explain, statusOf } from './explain.ts';
import type { JobAnswer } from './job-answer.ts';
import { planAnswer, tasksAtHand } from './plan-answer.ts';
import { jobOrArchived } from './visible-job.ts';

/** The whole answer. Refuses `not_found`, also for what the caller may not see. */
export async function getJob(
  { db, clock }: Platform,
  caller: Caller,
  { job_id }: { job_id: string },
): Promise<JobAnswer> {
  const { job, archived } = await jobOrArchived(db.read, caller, job_id);
  return job === undefined ? archived.job : jobAnswer(db.read, job, clock.now());
}

export async function jobAnswer(reads: Reads, job: Job, at: Date): Promise<JobAnswer> {
  const deployment = await currentDeployment(reads, job);
  const approval = reached(job, 'awaiting_approval') ? await approvalSummary(reads, job.deployment_id) : undefined;
  const tasks = reached(job, 'executing') ? await tasksOf(reads, { deployment_id: job.deployment_id }) : [];
  const plan = tasks.length === 0 ? null : await planAnswer(reads, { job, tasks, at });
  const atHand = tasksAtHand(job, tasks);
  const running = atHand.filter(({ state }) => state === 'running').map(({ holder_id }) => holder_id ?? '');
  const known = {
    approval: approval === undefined ? null : waitingWords(approval, at),
    running,
    done: atHand.filter(({ state }) => state === 'succeeded').length,
    tasks: atHand.length,
    alone_because: deployment.alone_because,
    eta_seconds: plan?.eta_seconds ?? null,
  };
  return {
    status: statusOf(job),
    state: job.state,
    explanation: explain(job, known),
    can_proceed: canProceed(job),
    ...identity(job),
    ...snapshot(deployment),
    approval: approval ?? null,
    blocked: blockedAnswer(job),
    plan,
    outcome: job.outcome,
    outcome_reason: job.outcome_reason,
    created_at: job.created_at,
    started_at: job.started_at,
    finished_at: job.finished_at,
    archived_at: null,
  };
}

/** Rooms further up the road have nothing to say of a job that has not come there. */
function reached(job: Job, stage: 'awaiting_approval' | 'executing'): boolean {
  if (job.state === 'submitted' || job.state === 'estimated') return false;
  if (stage === 'executing') return job.started_at !== null;
  return true;
}

const identity = (job: Job) => ({
  job_id: job.id,
  deployment_id: job.deployment_id,
  deployment_number: job.deployment_number,
  version: job.version,
  submitted_by: job.submitter_id,
});

function snapshot({ definition, estimate, readiness, actual }: CurrentDeployment) {
  return {
    definition,
    estimated_tokens: estimate?.tokens.expected ?? null,
    estimated_cost_usd: estimate?.cost_usd?.expected ?? null,
    estimate: estimate === null ? null : estimateAnswer(estimate),
    validation: readiness,
    actual: actual === null ? null : actualAnswer(actual),
  };
}

export const estimateAnswer = ({
  tokens,
  cost_usd,
  confidence,
  basis,
}: NonNullable<CurrentDeployment['estimate']>) => ({
  tokens,
  cost_usd,
  confidence,
  basis,
});

const actualAnswer = ({ tasks: _, cost_micros, ...actual }: NonNullable<CurrentDeployment['actual']>) => ({
  ...actual,
  cost_usd: usdOf(cost_micros),
});

const blockedAnswer = (job: Job) =>
  job.state !== 'blocked' || job.blocked_code === null || job.blocked_at === null
    ? null
    : { code: job.blocked_code, detail: job.blocked_detail ?? '', waits_for: job.waits_for, since: job.blocked_at };

/** A page of jobs, newest first; submitters get their own only. */
export async function listJobs({ db }: Platform, caller: Caller, filter: JobFilter) {
  const own = mayReadAll(caller) ? {} : { owned_by: caller.id };
  const rows = await listJobRows(db.read, { ...filter, ...own });
  return rows.map((job) => ({
    job_id: job.id,
    job_name: job.job_name,
    category: job.category,
    priority: job.priority,
    status: statusOf(job),
    state: job.state,
    deployment_number: job.deployment_number,
    submitted_by: job.submitter_id,
    outcome_reason: job.outcome_reason,
    created_at: job.created_at,
    finished_at: job.finished_at,
  }));
}
