/** A job: the intention and where it stands. What it asks for is in its deployments. */
import type { ProblemCode } from '../problems.ts';

export const jobStates = [
  'submitted',
  'estimated',
  'blocked',
  'awaiting_approval',
  'approved',
  'executing',
  'compensating',
  'learning',
  'succeeded',
  'failed',
  'rolled_back',
  'rejected',
  'expired',
  'cancelled',
] as const;

export type JobState = (typeof jobStates)[number];
export type EndState = Extract<JobState, 'succeeded' | 'failed' | 'rolled_back' | 'rejected' | 'expired' | 'cancelled'>;
/** What a deployment that has begun to run can come to. */
export type Outcome = Extract<EndState, 'succeeded' | 'failed' | 'rolled_back' | 'cancelled'>;
export type StopReason = 'cancel' | 'time_limit' | 'budget';

export const endStates: ReadonlySet<JobState> = new Set<JobState>([
  'succeeded',
  'failed',
  'rolled_back',
  'rejected',
  'expired',
  'cancelled',
]);

/** Columns that follow from the definition of the present deployment. */
export type DefinitionColumns = Pick<
  Job,
  'job_name' | 'category' | 'priority' | 'primary_agent' | 'environment' | 'time_limit_seconds'
>;

/** The row. Times are the database's. */
export interface Job {
  id: string;
  version: number;
  head_hash: string;
  state: JobState;
  job_name: string;
  category: string;
  priority: number;
  primary_agent: string;
  environment: string;
  submitter_id: string;
  /** The submitter's owner, or the submitter. */
  owner_id: string;
  deployment_id: string;
  deployment_number: number;
  resume_state: JobState | null;
  blocked_code: ProblemCode | null;
  blocked_detail: string | null;
  /** `budget:month`, `tool:x`, `resource:x`, `agent:x`, `capability:x`, `category:x`. */
  waits_for: string | null;
  /** How much of it, in its own unit (micro-dollars, base units); null: not counted. */
  waits_amount: number | null;
  blocked_at: Date | null;
  /** Blocked time of this deployment before the present block. */
  blocked_seconds: number;
  /** Since when it has been blocked for the present code, blocks in a row added. */
  block_code_since: Date | null;
  stop_reason: StopReason | null;
  outcome: Outcome | null;
  outcome_reason: string | null;
  time_limit_seconds: number;
  trace: string | null;
  created_at: Date;
  changed_at: Date;
  started_at: Date | null;
  /** When the time limit of the running deployment is reached. */
  stop_at: Date | null;
  finished_at: Date | null;
  due_at: Date | null;
  due_seconds: number;
  attempts: number;
  fence: number;
  lease_until: Date | null;
  last_fault: string | null;
}
