/** People and services: what an admin says of them. */
import type { z } from 'zod';
import { refuse } from '../outcomes.ts';
import type { Platform, Reads } from '../platform/platform.ts';
import { hasRole, isOfEntra, type Caller, type PrincipalAnswer, type PrincipalInput } from './caller.ts';
import { disablePrincipal, isAsSaid, writePrincipal } from './change-principal.ts';
import { checkMatch, requireMatch } from './if-match.ts';
import { findPrincipal, lockWithAdmins, principalsAfter, type PrincipalTable } from './store.ts';
import { keysOf, validKeys } from './store/keys.ts';

type Answer = z.output<typeof PrincipalAnswer>;
type Put = z.output<typeof PrincipalInput> & { id: string; if_match?: string | undefined };

/**
 * Creates or changes a person or a service; saying the same again needs no `if_match`. Of an identity of Entra ID only
 * the owner is an admin's to say. Refuses `name_taken`, `invalid`, `stale`, `precondition_required`, `not_found` for
 * such an identity before its first call, and `conflict` for an admin who would stop being one by its own word, or as
 * the last.
 */
export async function putPrincipal(platform: Platform, caller: Caller, input: Put): Promise<Answer> {
  const { id, kind, if_match } = input;
  const asked = { name: input.name ?? id, roles: [...new Set(input.roles)], owner_id: input.owner_id ?? null };
  if (id === caller.id && hasRole(caller, 'admin') && !asked.roles.includes('admin')) {
    refuse('conflict', { detail: 'Another admin must take this role from you.' });
  }
  return platform.db.transaction('putPrincipal', async (tx) => {
    const rows = await lockWithAdmins(tx, [id, asked.owner_id ?? id]);
    if (!asked.roles.includes('admin')) keepAnAdmin(rows, id);
    const row = rows.find((each) => each.id === id);
    if (row !== undefined && row.kind !== kind) refuse('name_taken');
    const said = isOfEntra(id) ? saidOfEntra(row, asked) : asked;
    checkMatch(if_match, row?.version ?? 0);
    if (row !== undefined && row.disabled_at === null && !isAsSaid(row, said)) requireMatch(if_match, row.version);
    await writePrincipal(tx, { id, kind, ...said, actor: caller.id });
    return answerFor(tx, id);
  });
}

const firstCall = 'An identity of Entra ID appears here with its first call that carries a role.';
const appRoles = 'the roles of an identity of Entra ID are its app roles: assign them there';

/** Name and roles are its token's. */
function saidOfEntra(row: PrincipalTable | undefined, asked: Pick<PrincipalTable, 'name' | 'roles' | 'owner_id'>) {
  if (row === undefined) return refuse('not_found', { detail: firstCall });
  const { name, roles } = row;
  if (!isAsSaid({ ...row, disabled_at: null }, { ...asked, name, owner_id: row.owner_id }))
    refuse('invalid', { errors: [{ pointer: '/roles', message: appRoles }] });
  return { name, roles, owner_id: asked.owner_id };
}

/** Refuses `not_found`. */
export const getPrincipal = (platform: Platform, _caller: Caller, { id }: { id: string }): Promise<Answer> =>
  answerFor(platform.db.read, id);

/** Principals by id, those after `after` when it is given. */
export async function listPrincipals(
  platform: Platform,
  _caller: Caller,
  { after = '', limit }: { after?: string | undefined; limit: number },
): Promise<Answer[]> {
  const rows = await principalsAfter(platform.db.read, { after, limit });
  const keys = await keysOf(
    platform.db.read,
    rows.map(({ id }) => id),
  );
  return rows.map((row) =>
    answerOf(
      row,
      keys.filter((key) => key.principal_id === row.id),
    ),
  );
}

/**
 * Disables a person or a service and deletes its keys. Refuses `not_found`, `stale`, and `conflict` for oneself,
 * for the last admin and for agents.
 */
export async function deletePrincipal(
  platform: Platform,
  caller: Caller,
  { id, if_match }: { id: string; if_match?: string | undefined },
): Promise<void> {
  if (id === caller.id) refuse('conflict', { detail: 'Another admin must delete you.' });
  await platform.db.transaction('deletePrincipal', async (tx) => {
    const rows = await lockWithAdmins(tx, [id]);
    keepAnAdmin(rows, id);
    const row = rows.find((each) => each.id === id);
    if (row?.kind === 'agent') refuse('conflict', { detail: 'Retire the agent instead.' });
    checkMatch(if_match, row?.version ?? 0);
    await disablePrincipal(tx, { id, actor: caller.id });
  });
}

/** Refuses `conflict` when `id` is the only admin. All of them are locked: until the transaction ends no other stops being one. */
function keepAnAdmin(rows: readonly PrincipalTable[], id: string): void {
  const admins = rows.filter(({ disabled_at, roles }) => disabled_at === null && roles.includes('admin'));
  if (admins.length === 1 && admins[0]?.id === id) refuse('conflict', { detail: 'This is the last admin.' });
}

async function answerFor(on: Reads, id: string): Promise<Answer> {
  const row = await findPrincipal(on, { id });
  if (row === undefined || row.disabled_at !== null) refuse('not_found');
  return answerOf(row, await validKeys(on, { principal_id: id }));
}

const answerOf = (row: PrincipalTable, keys: { id: string; created_at: Date }[]): Answer => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  roles: row.roles,
  owner_id: row.owner_id,
  version: row.version,
  created_at: row.created_at,
  keys: keys.map(({ id, created_at }) => ({ id, created_at })),
});
