/** Which jobs a caller may read. */
import { refuse } from '../outcomes.ts';
import type { Reads } from '../platform/platform.ts';
import type { Caller } from '../access/caller.ts';
import { mayReadAll } from '../access/permissions.ts';
import type { Job } from '../jobs/job.ts';
import { findJob } from '../jobs/store/rows.ts';
import type { DeploymentAnswer } from './deployments.ts';
import type { JobAnswer, PlanAnswer } from './job-answer.ts';
import { findArchived } from './store/archive.ts';

type Owned = Pick<Job, 'submitter_id' | 'owner_id'>;

/** Owner: the submitter, or that principal's owner. */
export const ownsJob = (caller: Caller, { submitter_id, owner_id }: Owned): boolean =>
  caller.id === submitter_id || caller.id === owner_id;

/** Readers see all jobs, submitters their own. */
const maySee = (caller: Caller, job: Owned): boolean => mayReadAll(caller) || ownsJob(caller, job);

/** The row, if the caller may see it. Refuses `not_found`, and `job_archived` where there is no row any more. */
export async function visibleJob(reads: Reads, caller: Caller, job_id: string): Promise<Job> {
  return (await jobOrArchived(reads, caller, job_id)).job ?? refuse('job_archived');
}

interface Standing {
  job: Job;
  archived?: never;
}

/** What is left of a job; its times are texts. */
interface Archived {
  job?: never;
  archived: { job: JobAnswer; plan: PlanAnswer; deployments: DeploymentAnswer[] };
}

/** The row, or what the job was answered as before it was archived. Refuses `not_found`. */
export async function jobOrArchived(reads: Reads, caller: Caller, id: string): Promise<Standing | Archived> {
  const job = await findJob(reads, { id });
  if (job !== undefined) return maySee(caller, job) ? { job } : refuse('not_found');
  const archived = await findArchived(reads, { job_id: id });
  if (archived === undefined || !maySee(caller, archived)) refuse('not_found');
  return { archived: archived.answer as unknown as Archived['archived'] }; // as archive.ts has kept it
}
