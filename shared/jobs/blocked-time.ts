/** How long a job has been blocked, and when it is tried again. Pure. */
import type { Job } from './job.ts';

/** All blocked time of this deployment, in seconds. */
export const blockedSeconds = (job: Job, at: Date): number =>
  job.blocked_seconds + (job.blocked_at === null ? 0 : Math.max(0, (at.getTime() - job.blocked_at.getTime()) / 1000));

/**
 * Seconds until a blocked job is tried again: as long again as it has been blocked for this code, at
 * least 30, at most 600, never past the end of the time a job may be blocked.
 */
export function nextTrySeconds(job: Job, at: Date, blockedForSeconds: number): number {
  const since = job.block_code_since ?? at;
  const again = Math.min(600, Math.max(30, (at.getTime() - since.getTime()) / 1000));
  return Math.max(0, Math.min(again, blockedForSeconds - blockedSeconds(job, at)));
}
