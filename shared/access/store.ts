/** Principals and their keys. */
import { sql } from 'kysely';
import { now, store } from '../platform/database/statement.ts';
import type { Caller, Role } from './caller.ts';

export interface PrincipalTable {
  id: string;
  version: number;
  head_hash: string;
  kind: Caller['kind'];
  name: string;
  roles: Role[];
  owner_id: string | null;
  created_at: Date;
  disabled_at: Date | null;
}

const { all, first, among, change } = store<{
  principals: PrincipalTable;
}>();

export const findPrincipal = first((q, p: { id: string }) =>
  q.selectFrom('principals').selectAll().where('id', '=', p.id),
);

/** A principal, and whether its owner was disabled. */
export const findWithOwner = first((q, p: { id: string }) =>
  q
    .selectFrom('principals')
    .leftJoin('principals as owner', 'owner.id', 'principals.owner_id')
    .selectAll('principals')
    .select('owner.disabled_at as owner_disabled_at')
    .where('principals.id', '=', p.id),
);

/** Locks the row until the transaction ends; keys are counted under this lock. */
export const lockPrincipal = first((q, p: { id: string }) =>
  q.selectFrom('principals').selectAll().where('id', '=', p.id).forUpdate(),
);

/** The same for several, in the order of their ids; those that do not exist are missing. */
export const lockPrincipals = among((q, ids: string[]) =>
  q.selectFrom('principals').selectAll().where('id', 'in', ids).orderBy('id').forUpdate(),
);

/** These and every admin, so that of two who would end one another the second sees what the first did. */
export const lockWithAdmins = among((q, ids: string[]) =>
  q
    .selectFrom('principals')
    .selectAll()
    .where((row) => row.or([row('id', 'in', ids), sql<boolean>`roles like '%"admin"%'`]))
    .orderBy('id')
    .forUpdate(),
);

type Principal = Omit<PrincipalTable, 'created_at' | 'disabled_at'>;

export const insertPrincipal = change((q, p: Principal) =>
  q.insertInto('principals').values({
    id: p.id,
    version: p.version,
    head_hash: p.head_hash,
    kind: p.kind,
    name: p.name,
    roles: p.roles,
    owner_id: p.owner_id,
    created_at: now(),
  }),
);

/** Guarded by the version read. */
export const updatePrincipal = change((q, p: Principal & { disabled_at: Date | null; was: number }) =>
  q
    .updateTable('principals')
    .set({
      version: p.version,
      head_hash: p.head_hash,
      name: p.name,
      roles: p.roles,
      owner_id: p.owner_id,
      disabled_at: p.disabled_at,
    })
    .where('id', '=', p.id)
    .where('version', '=', p.was)
    .returning('id'),
);

export const principalsAfter = all((q, p: { after: string; limit: number }) =>
  q
    .selectFrom('principals')
    .selectAll()
    .where('id', '>', p.after)
    .where('disabled_at', 'is', null)
    .orderBy('id')
    .limit(p.limit),
);

/** One of those that this principal owns, or none. */
export const firstOwnedBy = first((q, p: { owner_id: string }) =>
  q.selectFrom('principals').select('id').where('owner_id', '=', p.owner_id).where('disabled_at', 'is', null).limit(1),
);

/** People and services that may vote as `approver`, as callers: neither they nor their owners are disabled. */
export const approvers = all((q, _: Record<never, never>) =>
  q
    .selectFrom('principals')
    .leftJoin('principals as owner', 'owner.id', 'principals.owner_id')
    .select(['principals.id', 'principals.owner_id', 'principals.kind', 'principals.roles'])
    .where('principals.kind', '<>', 'agent')
    .where('principals.disabled_at', 'is', null)
    .where('owner.disabled_at', 'is', null)
    .where(sql<boolean>`principals.roles like '%"approver"%'`)
    .orderBy('principals.id'),
);

/** The principals of these ids, disabled ones too; those that do not exist are missing. */
export const principalsByIds = among((q, ids: string[]) =>
  q.selectFrom('principals').selectAll().where('id', 'in', ids).orderBy('id'),
);
