/** Every state of a job in words: what it waits for, or how it ended. Pure. */
import type { Job, JobState, StopReason } from '../jobs/job.ts';
import { isEnd } from '../jobs/lifecycle.ts';
import { problems } from '../problems.ts';
import type { jobStatuses } from './job-answer.ts';

export type JobStatus = (typeof jobStatuses)[number];

/** States in which the job goes on without further leave. */
const proceeding: ReadonlySet<JobState> = new Set(['approved', 'executing', 'compensating', 'learning', 'succeeded']);

export const canProceed = ({ state }: Job): boolean => proceeding.has(state);

export function statusOf({ state, outcome }: Pick<Job, 'state' | 'outcome'>): JobStatus {
  switch (state) {
    case 'executing':
    case 'succeeded':
      return 'success';
    case 'learning':
      return outcome === null ? 'pending' : statusOf({ state: outcome, outcome });
    case 'blocked':
      return 'validation_failed';
    case 'awaiting_approval':
      return 'approval_pending';
    case 'failed':
    case 'rolled_back':
    case 'compensating':
      return 'failed';
    case 'rejected':
    case 'cancelled':
    case 'expired':
      return state;
    default:
      return 'pending';
  }
}

/** What the rooms know that a sentence needs. */
export interface Known {
  /** Who is still waited for, in words; from the approval. */
  approval: string | null;
  running: string[];
  done: number;
  tasks: number;
  /** Why the primary agent works alone. */
  alone_because: string | null;
  eta_seconds: number | null;
}

export function explain(job: Job, known: Known): string {
  if (isEnd(job.state)) return endWords(job);
  switch (job.state) {
    case 'submitted':
      return afterFault(job, 'Accepted; its tokens and cost are being estimated.');
    case 'estimated':
      return afterFault(job, 'Estimated within its budget; what it needs is being checked.');
    case 'blocked':
      return blockedWords(job);
    case 'awaiting_approval':
      return known.approval ?? 'The question is open.';
    case 'executing':
      return executingWords(job, known);
    case 'learning':
      return `It has ended as ${(job.outcome ?? 'unknown').replace('_', ' ')}; the estimate is being compared with what it used.`;
    case 'approved':
      return 'Approved; it is being started.';
    case 'compensating':
      return compensatingWords(job, known);
  }
}

const afterFault = (job: Job, words: string): string =>
  job.last_fault === null ? words : `${words} The last try failed and will be repeated: ${job.last_fault}`;

function blockedWords(job: Job): string {
  const title = job.blocked_code === null ? 'Blocked' : problems[job.blocked_code].title;
  const goesOn =
    job.waits_for === null ? 'It is tried again by itself.' : `It goes on by itself when ${job.waits_for} allows it.`;
  return `${title}: ${job.blocked_detail ?? ''} ${goesOn}`;
}

function executingWords(job: Job, known: Known): string {
  if (job.stop_reason !== null) return stoppingWords(job.stop_reason, known);
  const { done, tasks, alone_because } = known;
  const alone = alone_because === null ? '' : ` The primary agent works alone: ${alone_because}.`;
  return `${done} of ${tasks} tasks done, ${atWork(known)}.${alone}`;
}

function compensatingWords({ stop_reason, outcome_reason }: Job, known: Known): string {
  const failed = `It has failed: ${outcome_reason ?? 'no reason kept'}`;
  const words = `${failed}${failed.endsWith('.') ? '' : '.'} What its tasks have done is being undone, newest first`;
  if (stop_reason !== null) return `${words}. ${stoppingWords(stop_reason, known)}`;
  return `${words}: ${known.done} of ${known.tasks} undone, ${atWork(known)}.`;
}

const stoppingWords = (reason: StopReason, { running }: Known): string =>
  `Stopping (${reason.replace('_', ' ')}); waiting for ${running.join(', ') || 'nobody'} to let go.`;

function atWork({ running, eta_seconds }: Known): string {
  const eta = eta_seconds === null ? '' : `; about ${Math.ceil(eta_seconds)} s left`;
  return `${running.length === 0 ? 'waiting for its agents to claim' : `${running.join(', ')} at work`}${eta}`;
}

function endWords(job: Job): string {
  const reason = job.outcome_reason ?? '';
  return `${job.state === 'succeeded' ? 'Succeeded.' : `${job.state[0]?.toUpperCase()}${job.state.slice(1).replace('_', ' ')}.`} ${reason}`.trim();
}
