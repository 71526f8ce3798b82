/** Sealed values, as they are kept. */
import { now, store } from '../../platform/database/statement.ts';
import type { Reads } from '../../platform/platform.ts';

export interface SealedValue {
  id: string;
  path: string;
  key_id: string;
  ciphertext: string;
}

const { among, first, change, tables } = store<{ sealed_values: SealedValue & { created_at: Date } }>();

export const insertSealedValue = change((q, p: SealedValue) =>
  q.insertInto('sealed_values').values({
    id: p.id,
    path: p.path,
    key_id: p.key_id,
    ciphertext: p.ciphertext,
    created_at: now(),
  }),
);

/** Ids grow with time. */
export const newestSealedValue = first((q, _: Record<never, never>) =>
  q.selectFrom('sealed_values').select('key_id').orderBy('id', 'desc').limit(1),
);

/** The sealed values of these ids; those that do not exist are missing. */
export async function sealedValues(on: Reads, ids: readonly string[]): Promise<SealedValue[]> {
  if (ids.length === 0) return [];
  const query = tables(on).selectFrom('sealed_values').select(['id', 'path', 'key_id', 'ciphertext']);
  return on.run(query.where('id', 'in', ids).orderBy('id').compile());
}

export const deleteSealedValues = among((q, ids: string[]) => q.deleteFrom('sealed_values').where('id', 'in', ids));

/**
 * What was sealed is gone, and the row stays: nothing that still names it needs to be looked for, which would wait for
 * whoever has changed a row that could.
 */
export const emptySealedValue = change((q, p: { id: string }) =>
  q.updateTable('sealed_values').set({ ciphertext: '' }).where('id', '=', p.id),
);
