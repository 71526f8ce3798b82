/**
 * wakeJobs: what jobs wait for has changed, or a job's own next try is due. Moves blocked jobs back to where
 * they were, one transaction each.
 */
import { databaseTime } from '../platform/database/time.ts';
import type { Platform, Reads, Tx } from '../platform/platform.ts';
import { awaitedApprovers } from '../access/caller.ts';
import { standStill } from '../approvals/stand-still.ts';
import { voidApproval } from '../approvals/consume.ts';
import { freeMicros } from '../budgets/reserve.ts';
import { blockedSeconds } from '../jobs/blocked-time.ts';
import type { Job } from '../jobs/job.ts';
import { moveJob } from '../jobs/move.ts';
import { jobsBlockedBy, jobsWaitingFor } from '../jobs/store/queries.ts';
import { freeUnits } from '../resources/allocate.ts';
import { pickToWake } from './pick-to-wake.ts';
import { stage, type Stage } from './stage.ts';

/** So many are looked at for one bell; the others have their own due times. */
const lookedAt = 500;

/** The id is a job's, or what jobs wait for, such as `budget:month`. */
export const wakeJobs: Stage = async (platform, id) => {
  if (id.startsWith('job_')) return wakeOne(platform, id);
  const waiting = await waitingFor(platform.db.read, id);
  if (waiting.length === 0) return;
  for (const job of pickToWake(waiting, await roomIn(platform, id))) await wakeOne(platform, job);
};

/** A person may approve in any category, so whoever lacks voters may have enough now. */
const waitingFor = (reads: Reads, id: string) =>
  id === awaitedApprovers
    ? jobsBlockedBy(reads, { blocked_code: 'no_eligible_voters', limit: lookedAt })
    : jobsWaitingFor(reads, { waits_for: id, limit: lookedAt });

const wakeOne = stage('wakeJobs', { blocked: (tx, job) => (ranOut(tx, job) ? expire(tx, job) : resume(tx, job)) });

const ranOut = (tx: Tx, job: Job): boolean => blockedSeconds(job, tx.at) >= tx.config.BLOCKED_FOR;

async function expire(tx: Tx, job: Job): Promise<void> {
  const reason = `It was blocked for too long: ${job.blocked_detail ?? job.blocked_code ?? 'no reason kept'}`;
  await voidApproval(tx, job.deployment_id, reason);
  await moveJob(tx, job, { type: 'expired', reason });
}

/** A question's deadline and a grant's validity stand still while the job is blocked. */
async function resume(tx: Tx, job: Job): Promise<void> {
  const seconds = blockedSeconds(job, tx.at) - job.blocked_seconds;
  if (job.resume_state === 'awaiting_approval') await standStill(tx, job.deployment_id, seconds);
  await moveJob(tx, job, { type: 'resumed' });
}

/** How much room there is in what was named; undefined where room is not counted. */
async function roomIn(platform: Platform, id: string): Promise<number | undefined> {
  const [kind, name = ''] = id.split(/:(.*)/s);
  if (kind === 'budget') return freeMicros(platform.db.read, name, await databaseTime(platform.db.read));
  if (kind === 'resource') return freeUnits(platform.db.read, name);
  return undefined;
}
