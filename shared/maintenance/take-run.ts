/** Who is at a run of the maintenance. */
import type { Platform } from '../platform/platform.ts';
import type { Counts } from './chores.ts';
import { insertRun, lockMaintainer, newestRun, takeOver } from './store.ts';

/** A run that this process is at, until another takes it over. */
export interface Run {
  id: string;
  fence: number;
  /** What its last batch has left; nobody else writes it. */
  counts: Counts;
}

/** Longer than a batch takes. */
export const leaseSeconds = 60;

/**
 * Takes over the run that was begun and is left, or begins one, unless one has begun `since`. Gives the newest run, and
 * the same as taken when nobody else is at it.
 */
export const takeRun = (
  platform: Platform,
  { by, since }: { by: string; since: Date | null },
): Promise<{ run_id: string; taken: Run | null }> =>
  platform.db.transaction('takeMaintenance', async (tx) => {
    await lockMaintainer(tx, { name: 'maintainer' });
    const newest = await newestRun(tx, {});
    if (newest !== undefined && newest.ended_at === null) {
      const { id, fence, counts, lease_until } = newest;
      if (lease_until > tx.at) return { run_id: id, taken: null };
      await takeOver(tx, { id, fence, seconds: leaseSeconds });
      return { run_id: id, taken: { id, fence: fence + 1, counts } };
    }
    if (newest !== undefined && since !== null && newest.began_at >= since) return { run_id: newest.id, taken: null };
    const id = tx.newId('run');
    await insertRun(tx, { id, begun_by: by, counts: {}, seconds: leaseSeconds });
    return { run_id: id, taken: { id, fence: 1, counts: {} } };
  });
