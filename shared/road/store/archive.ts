/** Jobs that ended long ago. */
import { now, store } from '../../platform/database/statement.ts';
import type { Json } from '../../platform/wire.ts';

interface ArchivedJobTable {
  job_id: string;
  submitter_id: string;
  owner_id: string;
  answer: ArchivedAnswer;
  archived_at: Date;
  exported_at: Date | null;
}

/** As they were told last: times are texts in it. */
export interface ArchivedAnswer {
  job: Json;
  plan: Json;
  deployments: Json[];
}

export interface ArchivedHead {
  stream: string;
  version: number;
  head_hash: string;
}

const { all, among, first, change, rows } = store<{ archived_jobs: ArchivedJobTable; archived_heads: ArchivedHead }>();

export const findArchived = first((q, p: { job_id: string }) =>
  q.selectFrom('archived_jobs').selectAll().where('job_id', '=', p.job_id),
);

export const insertArchived = change((q, p: Omit<ArchivedJobTable, 'archived_at' | 'exported_at'>) =>
  q.insertInto('archived_jobs').values({
    job_id: p.job_id,
    submitter_id: p.submitter_id,
    owner_id: p.owner_id,
    answer: p.answer,
    archived_at: now(),
  }),
);

export const insertHeads = rows((q, heads: ArchivedHead[]) =>
  q
    .insertInto('archived_heads')
    .values(heads.map(({ stream, version, head_hash }) => ({ stream, version, head_hash }))),
);

export const keptArchived = all((q, p: { limit: number }) =>
  q
    .selectFrom('archived_jobs')
    .select(['job_id', 'answer', 'archived_at'])
    .where('exported_at', 'is', null)
    .orderBy('job_id')
    .limit(p.limit),
);

export const markExported = among((q, ids: string[]) =>
  q
    .updateTable('archived_jobs')
    .set({ exported_at: now() })
    .where('job_id', 'in', ids)
    .where('exported_at', 'is', null)
    .returning('job_id'),
);
