/** cancelJob: before its start a job is over at once; after it, its tasks are told to stop. */
import type { Platform } from '../platform/platform.ts';
import type { Caller } from '../access/caller.ts';
import { voidApproval } from '../approvals/consume.ts';
import { moveJob } from '../jobs/move.ts';
import { ownJob, type OnJob } from './own-job.ts';

const reason = 'It was cancelled.';

/** Refuses `job_ended` when there is nothing left to cancel. Asking twice while it stops changes nothing. */
export function cancelJob(platform: Platform, caller: Caller, input: OnJob): Promise<string> {
  return platform.db.transaction('cancelJob', async (tx) => {
    const job = await ownJob(tx, caller, input);
    const runs = job.state === 'executing' || job.state === 'compensating';
    if (runs && job.stop_reason !== null) return job.id;
    if (!runs) await voidApproval(tx, job.deployment_id, reason);
    await moveJob(
      tx,
      job,
      runs ? { type: 'stop_requested', reason: 'cancel', by: caller.id } : { type: 'cancelled', reason, by: caller.id },
    );
    return job.id;
  });
}
