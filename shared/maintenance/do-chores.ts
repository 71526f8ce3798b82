/** Works at a run of the maintenance, batch by batch. */
import { sealRecord } from '../events/seal.ts';
import { LostRace, loseRace } from '../outcomes.ts';
import type { Platform } from '../platform/platform.ts';
import { chores, type Chore } from './chores.ts';
import { holdRun, leaveRun, storeCounts } from './store.ts';
import { leaseSeconds, type Run } from './take-run.ts';

/** Between two batches others get their turn. */
const pauseMilliseconds = 20;

/**
 * To the end of the run, or for `seconds`: then it is left for whoever comes next. A chore that fails holds up no other,
 * and is tried again by the next run. The record is sealed last.
 */
export async function doChores(platform: Platform, run: Run, { seconds }: { seconds: number }): Promise<void> {
  const until = platform.clock.now().getTime() + seconds * 1000;
  try {
    let inTime = true;
    for (const chore of chores) inTime &&= await doChore(platform, run, { chore, until });
    if (inTime) await sealRecord(platform);
    await leave(platform, run, inTime);
  } catch (error) {
    if (!(error instanceof LostRace)) throw error; // the lease was over, and another is at it
  }
}

/** Whether it came to its end in time. */
async function doChore(
  platform: Platform,
  run: Run,
  { chore, until }: { chore: Chore; until: number },
): Promise<boolean> {
  try {
    while (platform.clock.now().getTime() < until) {
      if ((await doBatch(platform, run, chore)) < chore.most) return true;
      await platform.clock.sleep(pauseMilliseconds);
    }
    return false;
  } catch (error) {
    if (error instanceof LostRace) throw error;
    platform.log.error({ err: error, chore: chore.name }, 'a chore of the maintenance failed');
    return true;
  }
}

/** The run is held first: two that are at it by mistake never do or count anything twice. */
async function doBatch(platform: Platform, run: Run, chore: Chore): Promise<number> {
  const found = (await chore.find?.(platform, chore.most)) ?? [];
  const done = await platform.db.transaction('maintain', async (tx) => {
    if ((await holdRun(tx, { ...run, seconds: leaseSeconds })).length === 0) loseRace();
    const count = await chore.batch(tx, { found, limit: chore.most });
    if (count > 0) await storeCounts(tx, { id: run.id, counts: counted(run, chore, count) });
    return count;
  });
  if (done > 0) run.counts = counted(run, chore, done);
  return done;
}

const counted = ({ counts }: Run, { name }: Chore, done: number) => ({ ...counts, [name]: (counts[name] ?? 0) + done });

const leave = (platform: Platform, { id, fence }: Run, is_over: boolean) =>
  platform.db.transaction('leaveMaintenance', async (tx) => {
    if ((await leaveRun(tx, { id, fence, ended_at: is_over ? tx.at : null })).length === 0) loseRace();
  });
