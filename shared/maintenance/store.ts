/** Runs of the maintenance: the newest is the one that goes on. */
import { now, store } from '../platform/database/statement.ts';
import type { Counts } from './chores.ts';

export interface RunRow {
  id: string;
  begun_by: string;
  counts: Counts;
  fence: number;
  lease_until: Date;
  began_at: Date;
  ended_at: Date | null;
}

const { all, first, change } = store<{
  maintainers: { name: string; touched_at: Date | null };
  maintenance_runs: RunRow;
}>();

/** One at a time may begin a run, or take one over. */
export const lockMaintainer = first((q, p: { name: string }) =>
  q.selectFrom('maintainers').select('name').where('name', '=', p.name).forUpdate(),
);

export const newestRun = first((q, _: Record<never, never>) =>
  q.selectFrom('maintenance_runs').selectAll().orderBy('id', 'desc').limit(1),
);

/** The one that has not come to its end. Not the newest: clocks step back. */
export const openRun = first((q, _: Record<never, never>) =>
  q.selectFrom('maintenance_runs').selectAll().where('ended_at', 'is', null).orderBy('id').limit(1),
);

export const findRun = first((q, p: { id: string }) =>
  q.selectFrom('maintenance_runs').selectAll().where('id', '=', p.id),
);

/** Newest first, with ids below `before`. */
export const runsBefore = all((q, p: { before: string; limit: number }) =>
  q.selectFrom('maintenance_runs').selectAll().where('id', '<', p.before).orderBy('id', 'desc').limit(p.limit),
);

export const insertRun = change((q, p: Pick<RunRow, 'id' | 'begun_by' | 'counts'> & { seconds: number }) =>
  q.insertInto('maintenance_runs').values({
    id: p.id,
    begun_by: p.begun_by,
    counts: p.counts,
    fence: 1,
    lease_until: now(p.seconds),
    began_at: now(),
  }),
);

interface Held {
  id: string;
  fence: number;
}

/** From here on nobody else writes under an earlier fence. */
export const takeOver = change((q, p: Held & { seconds: number }) =>
  q
    .updateTable('maintenance_runs')
    .set((row) => ({ fence: row('fence', '+', 1), lease_until: now(p.seconds) }))
    .where('id', '=', p.id)
    .where('fence', '=', p.fence)
    .where('lease_until', '<=', now())
    .where('ended_at', 'is', null)
    .returning('id'),
);

/** Locks the run until the transaction ends; nothing is hit where another has taken it over. */
export const holdRun = change((q, p: Held & { seconds: number }) =>
  q
    .updateTable('maintenance_runs')
    .set({ lease_until: now(p.seconds) })
    .where('id', '=', p.id)
    .where('fence', '=', p.fence)
    .where('ended_at', 'is', null)
    .returning('id'),
);

/** The run is locked. */
export const storeCounts = change((q, p: { id: string; counts: Counts }) =>
  q.updateTable('maintenance_runs').set({ counts: p.counts }).where('id', '=', p.id),
);

/** It ends, or is left for whoever comes next. */
export const leaveRun = change((q, p: Held & { ended_at: Date | null }) =>
  q
    .updateTable('maintenance_runs')
    .set({ ended_at: p.ended_at, lease_until: now() })
    .where('id', '=', p.id)
    .where('fence', '=', p.fence)
    .where('ended_at', 'is', null)
    .returning('id'),
);
