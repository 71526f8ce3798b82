/** Works at a run of the maintenance, batch by batch. */
import { LostRace, loseRace } from '../outcomes.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { chores, type Chore } from './chores.ts';
import { findRun, holdRun, leaveRun, storeCounts } from './store.ts';
import { leaseSeconds, type Run } from './take-run.ts';

/** Between two batches others get their turn. */
const pauseMilliseconds = 20;

/**
 * To the end of the run, or for `seconds`: then it is left for whoever comes next. A chore that fails holds up no other,
 * and what cannot be done no other of its kind; the next run tries it again.
 */
export async function doChores(platform: Platform, run: Run, { seconds }: { seconds: number }): Promise<void> {
  const until = platform.clock.now().getTime() + seconds * 1000;
  try {
    let inTime = true;
    for (const chore of chores)
      inTime &&= await orSaid(platform, chore, () => doChore(platform, run, { chore, until }));
    await leave(platform, run, inTime);
  } catch (error) {
    if (!(error instanceof LostRace)) throw error; // the lease was over, and another is at it
  }
}

/** A fault is told and passed over; not that the run is another's. */
async function orSaid(platform: Platform, { name }: Chore, work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LostRace) throw error;
    platform.log.error({ err: error, chore: name }, 'a chore of the maintenance failed');
    return true;
  }
}

/** Whether it came to its end in time. */
async function doChore(
  platform: Platform,
  run: Run,
  { chore, until }: { chore: Chore; until: number },
): Promise<boolean> {
  const { most, find } = chore;
  const failed = new Set<string>();
  while (platform.clock.now().getTime() < until) {
    if (find === undefined) {
      if ((await doBatch(platform, run, { chore, found: [] })) < most) return true;
    } else {
      const found = (await find(platform, most + failed.size)).filter((id) => !failed.has(id)).slice(0, most);
      if (found.length === 0) return true;
      for (const id of await doFound(platform, run, { chore, found })) failed.add(id);
    }
    await platform.clock.sleep(pauseMilliseconds);
  }
  return false;
}

interface Batch {
  chore: Chore;
  found: readonly string[];
}

/** All of them together, and where that fails each by itself. Gives those that could not be done. */
async function doFound(platform: Platform, run: Run, { chore, found }: Batch): Promise<readonly string[]> {
  try {
    return (await doBatch(platform, run, { chore, found })) === 0 ? found : [];
  } catch (error) {
    if (error instanceof LostRace) throw error;
    if (found.length === 1) {
      platform.log.error({ err: error, chore: chore.name, id: found[0] }, 'a chore of the maintenance failed');
      return found;
    }
  }
  const failed: string[] = [];
  for (const id of found) failed.push(...(await doFound(platform, run, { chore, found: [id] })));
  return failed;
}

/** The run is held first: two that are at it by mistake never do or count anything twice. */
const doBatch = (platform: Platform, run: Run, { chore, found }: Batch): Promise<number> =>
  platform.db.transaction('maintain', async (tx) => {
    if ((await holdRun(tx, { ...run, seconds: leaseSeconds })).length === 0) loseRace();
    const done = await chore.batch(tx, { found, limit: chore.most });
    if (done > 0) await count(tx, run, { name: chore.name, done });
    return done;
  });

async function count(tx: Tx, { id }: Run, { name, done }: Pick<Chore, 'name'> & { done: number }): Promise<void> {
  const counts = (await findRun(tx, { id }))?.counts ?? {};
  await storeCounts(tx, { id, counts: { ...counts, [name]: (counts[name] ?? 0) + done } });
}

const leave = (platform: Platform, { id, fence }: Run, is_over: boolean) =>
  platform.db.transaction('leaveMaintenance', async (tx) => {
    if ((await leaveRun(tx, { id, fence, ended_at: is_over ? tx.at : null })).length === 0) loseRace();
  });
