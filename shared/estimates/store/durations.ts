/** The latest durations of agents and jobs. */
import { now, store } from '../../platform/database/statement.ts';
import type { Reads } from '../../platform/platform.ts';

interface DurationTable {
  duration_key: string;
  recent: number[];
  changed_at: Date;
}

type DurationRow = Omit<DurationTable, 'changed_at'>;

const { change, tables } = store<{ durations: DurationTable }>();

export const durationRows = (on: Reads, keys: readonly string[]): Promise<DurationRow[]> =>
  on.run(
    tables(on).selectFrom('durations').select(['duration_key', 'recent']).where('duration_key', 'in', keys).compile(),
  );

export const updateDurations = change((q, p: DurationRow) =>
  q
    .updateTable('durations')
    .set({ recent: p.recent, changed_at: now() })
    .where('duration_key', '=', p.duration_key)
    .returning('duration_key'),
);

export const insertDurations = change((q, p: DurationRow) =>
  q.insertInto('durations').values({ duration_key: p.duration_key, recent: p.recent, changed_at: now() }),
);
