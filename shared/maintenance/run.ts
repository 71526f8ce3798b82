/**
 * The maintenance: once a day, and when an operator asks for it. One process at a time is at a run; when it dies, or has
 * worked for as long as a function may, another goes on where it was.
 */
import { z } from 'zod';
import { type Caller, musterActor } from '../access/caller.ts';
import { databaseTime } from '../platform/database/time.ts';
import { lastSlot } from '../platform/last-slot.ts';
import type { Platform } from '../platform/platform.ts';
import { time } from '../platform/wire.ts';
import { choreNames } from './chores.ts';
import { doChores } from './do-chores.ts';
import { findRun, newestRun, runsBefore, type RunRow } from './store.ts';
import { takeRun } from './take-run.ts';

export const MaintenanceRun = z
  .strictObject({
    run_id: z.string(),
    begun_by: z.string(),
    counts: z.partialRecord(z.enum(choreNames), z.int()).describe('what was done so far'),
    began_at: time,
    ended_at: time.nullable().describe('null: somebody is at it, or goes on with it within five minutes'),
  })
  .meta({ id: 'MaintenanceRun' });
type MaintenanceRun = z.output<typeof MaintenanceRun>;

/** A call of the timer, which comes every five minutes. */
const timerSeconds = 240;
/** In UTC. */
const timeOfDay = { hour: 2, minute: 0 };

/** Begins a run, or goes on with one that was left, and works at it for `seconds`. */
export async function runMaintenance(
  platform: Platform,
  caller: Caller,
  { seconds }: { seconds: number },
): Promise<MaintenanceRun> {
  const { run_id, taken } = await takeRun(platform, { by: caller.id, since: null });
  if (taken !== null) await doChores(platform, taken, { seconds });
  const run = await findRun(platform.db.read, { id: run_id });
  if (run === undefined) throw new Error(`the maintenance run ${run_id} is gone`);
  return answerOf(run);
}

/** dailyMaintenance: the run of the day, from two o'clock UTC on, and what is left of an earlier one. */
export async function dailyMaintenance(platform: Platform): Promise<void> {
  const { read } = platform.db;
  const since = lastSlot(await databaseTime(read), timeOfDay);
  const newest = await newestRun(read, {});
  if (newest !== undefined && newest.ended_at !== null && newest.began_at >= since) return; // the usual case, without a lock
  const { taken } = await takeRun(platform, { by: musterActor, since });
  if (taken !== null) await doChores(platform, taken, { seconds: timerSeconds });
}

/** Newest first. */
export async function listMaintenanceRuns(
  { db }: Platform,
  _caller: Caller,
  { before = '~', limit }: { before?: string | undefined; limit: number },
): Promise<MaintenanceRun[]> {
  return (await runsBefore(db.read, { before, limit })).map(answerOf);
}

const answerOf = ({ id, begun_by, counts, began_at, ended_at }: RunRow): MaintenanceRun => ({
  ...{ run_id: id, begun_by, counts },
  ...{ began_at, ended_at },
});
