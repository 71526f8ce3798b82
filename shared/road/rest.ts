/** Waiting for a job to come to a rest, so that a submitter may have its answer at once. */
import { poll } from '../platform/bells/poll.ts';
import type { Platform } from '../platform/platform.ts';
import { isAtRest } from '../jobs/lifecycle.ts';
import { findState } from '../jobs/store/rows.ts';

/** A commit of another process brings no news here, and a submitter waits only for a moment. */
const poll_milliseconds = 250;

interface Patience {
  seconds: number;
  signal: AbortSignal;
}

/** True when the job has come to a rest within `seconds`; false when it has not, or the caller has gone. */
export async function atRest(platform: Platform, id: string, { seconds, signal }: Patience): Promise<boolean> {
  const look = async () => {
    const job = await findState(platform.db.read, { id });
    return { found: job === undefined || isAtRest(job.state) ? [true] : [], topics: [`job:${id}`] };
  };
  return (await poll(platform, { wait_seconds: seconds, poll_milliseconds, signal }, look)).length > 0;
}
