/** The job a caller may act on: their own, or any for an operator. */
import { refuse } from '../outcomes.ts';
import type { Tx } from '../platform/platform.ts';
import { checkMatch } from '../access/if-match.ts';
import { mayReadAll } from '../access/permissions.ts';
import { hasRole, type Caller } from '../access/caller.ts';
import type { Job } from '../jobs/job.ts';
import { lockJob } from '../jobs/store/rows.ts';

export interface OnJob {
  job_id: string;
  /** The header: the version that the caller has read. */
  if_match?: string | undefined;
}

/** Owner: the submitter, or that principal's owner. */
export const ownsJob = (caller: Caller, job: Job): boolean =>
  caller.id === job.submitter_id || caller.id === job.owner_id;

/** Locks the job. Refuses `not_found` for what the caller may not see, `forbidden` for what it may only read, and `stale`. */
export async function ownJob(tx: Tx, caller: Caller, { job_id, if_match }: OnJob): Promise<Job> {
  const job = await lockJob(tx, { id: job_id });
  if (job === undefined) refuse('not_found');
  if (!ownsJob(caller, job) && !hasRole(caller, 'operator')) refuse(mayReadAll(caller) ? 'forbidden' : 'not_found');
  checkMatch(if_match, job.version);
  return job;
}
