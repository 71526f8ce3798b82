/** Registered verifiers. */
import { now, store } from '../../platform/database/statement.ts';
import type { VerifierRow } from '../verifier.ts';

/** What a registration says of a row. */
export type VerifierWrite = Omit<VerifierRow, 'changed_at' | 'deleted_at'>;

const { all, first, change } = store<{ verifiers: VerifierRow }>();

/** Deleted ones too: their stream goes on. */
export const lockVerifier = first((q, p: { name: string }) =>
  q.selectFrom('verifiers').selectAll().where('name', '=', p.name).forUpdate(),
);

export const findVerifier = first((q, p: { name: string }) =>
  q.selectFrom('verifiers').selectAll().where('name', '=', p.name).where('deleted_at', 'is', null),
);

export const verifierPage = all((q, p: { after: string; limit: number }) =>
  q
    .selectFrom('verifiers')
    .selectAll()
    .where('name', '>', p.after)
    .where('deleted_at', 'is', null)
    .orderBy('name')
    .limit(p.limit),
);

export const allVerifiers = all((q, _: Record<never, never>) =>
  q.selectFrom('verifiers').selectAll().where('deleted_at', 'is', null).orderBy('name'),
);

export const insertVerifier = change((q, p: VerifierWrite) =>
  q.insertInto('verifiers').values({
    name: p.name,
    version: p.version,
    head_hash: p.head_hash,
    url: p.url,
    secret_id: p.secret_id,
    agent_id: p.agent_id,
    categories: p.categories,
    changed_at: now(),
  }),
);

export const updateVerifier = change((q, p: VerifierWrite & { was_version: number }) =>
  q
    .updateTable('verifiers')
    .set({
      version: p.version,
      head_hash: p.head_hash,
      url: p.url,
      secret_id: p.secret_id,
      agent_id: p.agent_id,
      categories: p.categories,
      changed_at: now(),
      deleted_at: null,
    })
    .where('name', '=', p.name)
    .where('version', '=', p.was_version)
    .returning('name'),
);

export const markVerifierDeleted = change(
  (q, p: { name: string; version: number; head_hash: string; was_version: number }) =>
    q
      .updateTable('verifiers')
      .set({ version: p.version, head_hash: p.head_hash, changed_at: now(), deleted_at: now() })
      .where('name', '=', p.name)
      .where('version', '=', p.was_version)
      .returning('name'),
);
