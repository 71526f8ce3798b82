/**
 * One mechanism for every table whose rows wait for the machine: a row has `due_at`, `attempts`, a `fence`
 * and `lease_until`. Stages with outside calls claim it, work, and commit, or keep their fault; the sweep
 * rings for rows that are due. All times are computed by the database inside the statement.
 */
import { sql, type ExpressionBuilder } from 'kysely';
import { now, store } from './statement.ts';

export interface WorkRow {
  id: string;
  state: string;
  due_at: Date | null;
  /** How long the next sweep waits. */
  due_seconds: number;
  attempts: number;
  fence: number;
  lease_until: Date | null;
  last_fault: string | null;
}

/** All that rows of such tables may have. */
type AnyRow = WorkRow & { job_id: string };

/** The longest a sweep waits before it rings for the same row again. */
const slowestSweepSeconds = 300;
const slowestSweepOfRunningSeconds = 30;

type Row = ExpressionBuilder<Record<string, AnyRow>, string>;

/** The wait doubles each time. */
const movedOn = (row: Row) => ({
  due_at: sql<Date>`now_plus(${row.ref('due_seconds')})`,
  due_seconds: sql<number>`case
    when ${row.ref('state')} in ('executing', 'compensating') and ${row.ref('due_seconds')} * 2 > ${sql.lit(slowestSweepOfRunningSeconds)} then ${sql.lit(slowestSweepOfRunningSeconds)}
    when ${row.ref('due_seconds')} * 2 > ${sql.lit(slowestSweepSeconds)} then ${sql.lit(slowestSweepSeconds)}
    else ${row.ref('due_seconds')} * 2 end`,
});

const oldestDue = (table: string, limit: number) => (row: Row) =>
  row
    .selectFrom(table)
    .select('id')
    .where('due_at', '<=', now())
    .orderBy('due_at')
    .limit(limit)
    .forUpdate()
    .skipLocked();

/**
 * Moves the due time of up to `limit` due rows on, oldest first, and gives their jobs: of a table whose rows nobody
 * claims, because the execute stage looks after them.
 */
export const sweepForJobs = (table: string) =>
  store<Record<string, AnyRow>>().change((q, p: { limit: number }) =>
    q
      .updateTable(table)
      .set(movedOn)
      .where('due_at', '<=', now())
      .where('id', 'in', oldestDue(table, p.limit))
      .returning('job_id'),
  );

/** The statements of one table; the room that owns the table makes them. */
export function dueWork(table: string) {
  const { change } = store<Record<string, AnyRow>>();
  return {
    /** Takes the row for `lease_seconds` and counts the attempt; no row: stale or doubled, nothing to do. */
    claim: change((q, p: { id: string; state: string; lease_seconds: number }) =>
      q
        .updateTable(table)
        .set((row) => ({
          fence: row('fence', '+', 1),
          attempts: row('attempts', '+', 1),
          lease_until: now(p.lease_seconds),
          due_at: now(p.lease_seconds),
        }))
        .where('id', '=', p.id)
        .where('state', '=', p.state)
        .where((row) => row.or([row('lease_until', 'is', null), row('lease_until', '<', now())]))
        .returning('id'),
    ),
    /** Faults before a clean run that found nothing to do yet count no more. */
    forgetFaults: change((q, p: { id: string; fence: number }) =>
      q
        .updateTable(table)
        .set({ attempts: 0, last_fault: null })
        .where('id', '=', p.id)
        .where('fence', '=', p.fence)
        .returning('id'),
    ),
    /** Keeps a fault and tries again later (null: when it is rung); `counted` adds an attempt where no claim has counted it. */
    backOff: change((q, p: { id: string; fence: number; seconds: number | null; fault: string; counted: number }) =>
      q
        .updateTable(table)
        .set((row) => ({
          fence: row('fence', '+', 1),
          attempts: row('attempts', '+', p.counted),
          lease_until: null,
          due_at: now(p.seconds),
          last_fault: p.fault,
        }))
        .where('id', '=', p.id)
        .where('fence', '=', p.fence)
        .returning('id'),
    ),
    /** The same, for rows that are claimed. */
    sweep: change((q, p: { limit: number }) =>
      q
        .updateTable(table)
        .set(movedOn)
        .where('due_at', '<=', now())
        .where('id', 'in', oldestDue(table, p.limit))
        .returning(['id', 'state']),
    ),
    /** Voids every stage's lease: right after a start that nobody else can have one. */
    voidLeases: change((q, _: Record<never, never>) =>
      q
        .updateTable(table)
        .set((row) => ({ fence: row('fence', '+', 1), lease_until: null, due_at: now() }))
        .where('lease_until', 'is not', null)
        .returning('id'),
    ),
  };
}

/** Exponential backoff with full jitter: 1 s to 5 min, by the number of attempts so far. */
export const backoffSeconds = (attempts: number, fraction: number): number =>
  Math.max(1, fraction * Math.min(300, 2 ** Math.min(attempts, 9)));
