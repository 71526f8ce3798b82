/** Keys of principals. */
import { now, store } from '../../platform/database/statement.ts';
import type { Reads } from '../../platform/platform.ts';
import type { PrincipalTable } from '../store.ts';

interface AccessKeyTable {
  id: string;
  principal_id: string;
  secret_sha256: string;
  created_at: Date;
  deleted_at: Date | null;
}

const { all, first, change, tables } = store<{ principals: PrincipalTable; access_keys: AccessKeyTable }>();

/** A key with its principal, while both are valid: one indexed read for each request. */
export const findCredential = first((q, p: { key_id: string }) =>
  q
    .selectFrom('access_keys')
    .innerJoin('principals', 'principals.id', 'access_keys.principal_id')
    .select([
      'access_keys.secret_sha256',
      'principals.id',
      'principals.kind',
      'principals.roles',
      'principals.owner_id',
    ])
    .where('access_keys.id', '=', p.key_id)
    .where('access_keys.deleted_at', 'is', null)
    .leftJoin('principals as owner', 'owner.id', 'principals.owner_id')
    .where('principals.disabled_at', 'is', null)
    .where('owner.disabled_at', 'is', null),
);

/** Valid or not. */
export const findKey = first((q, p: { id: string }) =>
  q.selectFrom('access_keys').select(['id', 'secret_sha256']).where('id', '=', p.id),
);

export const validKeys = all((q, p: { principal_id: string }) =>
  q
    .selectFrom('access_keys')
    .select(['id', 'created_at'])
    .where('principal_id', '=', p.principal_id)
    .where('deleted_at', 'is', null)
    .orderBy('id'),
);

export const insertKey = change((q, p: { id: string; principal_id: string; secret_sha256: string }) =>
  q.insertInto('access_keys').values({
    id: p.id,
    principal_id: p.principal_id,
    secret_sha256: p.secret_sha256,
    created_at: now(),
  }),
);

export const deleteKeyRow = change((q, p: { id: string; principal_id: string }) =>
  q
    .updateTable('access_keys')
    .set({ deleted_at: now() })
    .where('id', '=', p.id)
    .where('principal_id', '=', p.principal_id)
    .where('deleted_at', 'is', null)
    .returning('id'),
);

export const deleteKeysOf = change((q, p: { principal_id: string }) =>
  q
    .updateTable('access_keys')
    .set({ deleted_at: now() })
    .where('principal_id', '=', p.principal_id)
    .where('deleted_at', 'is', null)
    .returning('id'),
);

/** The valid keys of these principals. */
export async function keysOf(
  on: Reads,
  ids: readonly string[],
): Promise<Pick<AccessKeyTable, 'id' | 'principal_id' | 'created_at'>[]> {
  if (ids.length === 0) return [];
  const query = tables(on).selectFrom('access_keys').select(['id', 'principal_id', 'created_at']);
  return on.run(query.where('principal_id', 'in', ids).where('deleted_at', 'is', null).orderBy('id').compile());
}

/** Makes a key valid again with this secret; for the admin's key, which a setting gives. */
export const reviveKey = change((q, p: { id: string; principal_id: string; secret_sha256: string }) =>
  q
    .updateTable('access_keys')
    .set({ secret_sha256: p.secret_sha256, deleted_at: null })
    .where('id', '=', p.id)
    .where('principal_id', '=', p.principal_id)
    .returning('id'),
);
