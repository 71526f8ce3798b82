/** Jobs that ended long ago. */
import { now, store } from '../../platform/database/statement.ts';
import type { Json } from '../../platform/wire.ts';

interface ArchivedJobTable {
  job_id: string;
  submitter_id: string;
  owner_id: string;
  answer: ArchivedAnswer;
  archived_at: Date;
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

const { first, change, rows } = store<{ archived_jobs: ArchivedJobTable; archived_heads: ArchivedHead }>();

export const findArchived = first((q, p: { job_id: string }) =>
  q.selectFrom('archived_jobs').selectAll().where('job_id', '=', p.job_id),
);

export const insertArchived = change((q, p: Omit<ArchivedJobTable, 'archived_at'>) =>
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
