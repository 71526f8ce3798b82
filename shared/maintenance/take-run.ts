/** Who is at a run of the maintenance. */
import type { Platform } from '../platform/platform.ts';
import { insertRun, lockMaintainer, newestRun, openRun, takeOver } from './store.ts';

/** A run that this process is at, until another takes it over. */
export interface Run {
  id: string;
  fence: number;
}

/** Longer than a batch takes. */
export const leaseSeconds = 60;

/**
 * Takes over the run that was begun and is left, or begins one, unless one has begun `since`. Gives the run, and the same
 * as taken when nobody else is at it.
 */
export const takeRun = (
  platform: Platform,
  { by, since }: { by: string; since: Date | null },
): Promise<{ run_id: string; taken: Run | null }> =>
  platform.db.transaction('takeMaintenance', async (tx) => {
    await lockMaintainer(tx, { name: 'maintainer' });
    const open = await openRun(tx, {});
    if (open !== undefined) {
      const { id, fence, lease_until } = open;
      const isLeft = lease_until <= tx.at && (await takeOver(tx, { id, fence, seconds: leaseSeconds })).length > 0;
      return { run_id: id, taken: isLeft ? { id, fence: fence + 1 } : null };
    }
    const newest = await newestRun(tx, {});
    if (newest !== undefined && since !== null && newest.began_at >= since) return { run_id: newest.id, taken: null };
    const id = tx.newId('run');
    await insertRun(tx, { id, begun_by: by, counts: {}, seconds: leaseSeconds });
    return { run_id: id, taken: { id, fence: 1 } };
  });
