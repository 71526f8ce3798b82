/** The job a caller may act on: their own, or any for an operator. */
import { refuse } from '../outcomes.ts';
import type { Tx } from '../platform/platform.ts';
import { checkMatch } from '../access/if-match.ts';
import { mayReadAll } from '../access/permissions.ts';
import { hasRole, type Caller } from '../access/caller.ts';
import type { Job } from '../jobs/job.ts';
import { lockJob } from '../jobs/store/rows.ts';
import { ownsJob, visibleJob } from './visible-job.ts';

export interface OnJob {
  job_id: string;
  /** The header: the version that the caller has read. */
  if_match?: string | undefined;
}

/** Locks the job. Refuses `not_found` for what the caller may not see, `job_archived`, `forbidden` for what it may only read, and `stale`. */
export async function ownJob(tx: Tx, caller: Caller, { job_id, if_match }: OnJob): Promise<Job> {
  const job = (await lockJob(tx, { id: job_id })) ?? (await visibleJob(tx, caller, job_id)); // it says why there is none
  if (!ownsJob(caller, job) && !hasRole(caller, 'operator')) refuse(mayReadAll(caller) ? 'forbidden' : 'not_found');
  checkMatch(if_match, job.version);
  return job;
}
