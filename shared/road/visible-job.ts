/** Which jobs a caller may read. */
import { refuse } from '../outcomes.ts';
import type { Reads } from '../platform/platform.ts';
import type { Caller } from '../access/caller.ts';
import { mayReadAll } from '../access/permissions.ts';
import type { Job } from '../jobs/job.ts';
import { findJob } from '../jobs/store/rows.ts';
import { ownsJob } from './own-job.ts';

/** Readers see all jobs, submitters their own. */
const maySee = (caller: Caller, job: Job): boolean => mayReadAll(caller) || ownsJob(caller, job);

/** The row, if the caller may see it. Refuses `not_found`. */
export async function visibleJob(reads: Reads, caller: Caller, job_id: string): Promise<Job> {
  const job = await findJob(reads, { id: job_id });
  return job !== undefined && maySee(caller, job) ? job : refuse('not_found');
}
