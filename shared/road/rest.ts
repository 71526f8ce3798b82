/** Waiting for a job to come to a rest, so that a submitter may have its answer at once. */
import type { Platform } from '../platform/platform.ts';
import type { JobState } from '../jobs/job.ts';
import { isEnd } from '../jobs/lifecycle.ts';
import { findJob } from '../jobs/store/rows.ts';

/** In these a job waits for people, for room or for agents. */
const resting: ReadonlySet<JobState> = new Set(['blocked', 'awaiting_approval', 'executing']);

export const isAtRest = (state: JobState): boolean => resting.has(state) || isEnd(state);

/** A commit of another process rings no hint here, so the row is looked at this often. */
const lookAgainMilliseconds = 250;

/** True when the job has come to a rest within `seconds`; false when it has not, or the caller has gone. */
export async function atRest(platform: Platform, id: string, { seconds, signal }: { seconds: number; signal: AbortSignal }): Promise<boolean> {
  const until = platform.clock.now().getTime() + seconds * 1000;
  for (;;) {
    const job = await findJob(platform.db.read, { id });
    if (job === undefined || isAtRest(job.state)) return true;
    const left = until - platform.clock.now().getTime();
    if (left <= 0 || signal.aborted) return false;
    await platform.hints.wait([`job:${id}`], Math.min(left, lookAgainMilliseconds), signal);
  }
}
