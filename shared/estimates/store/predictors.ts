/** The learner's lock and what it has learned. */
import { now, store } from '../../platform/database/statement.ts';
import type { Reads } from '../../platform/platform.ts';
import type { History } from '../history.ts';

interface PredictorTable {
  prediction_key: string;
  state: History;
  changed_at: Date;
}

type HistoryRow = Omit<PredictorTable, 'changed_at'>;

const { all, first, change, tables } = store<{
  predictors: PredictorTable;
  learners: { name: string; touched_at: Date | null };
}>();

export const lockLearnerRow = first((q, p: { name: string }) =>
  q.selectFrom('learners').select('name').where('name', '=', p.name).forUpdate(),
);

/** Two histories: a job's and that of all jobs. */
export const findHistories = all((q, p: { job: string; global: string }) =>
  q.selectFrom('predictors').select(['prediction_key', 'state']).where('prediction_key', 'in', [p.job, p.global]),
);

export const historiesOf = (on: Reads, keys: readonly string[]): Promise<HistoryRow[]> =>
  on.run(
    tables(on)
      .selectFrom('predictors')
      .select(['prediction_key', 'state'])
      .where('prediction_key', 'in', keys)
      .compile(),
  );

export const updateHistory = change((q, p: HistoryRow) =>
  q
    .updateTable('predictors')
    .set({ state: p.state, changed_at: now() })
    .where('prediction_key', '=', p.prediction_key)
    .returning('prediction_key'),
);

export const insertHistory = change((q, p: HistoryRow) =>
  q.insertInto('predictors').values({ prediction_key: p.prediction_key, state: p.state, changed_at: now() }),
);
