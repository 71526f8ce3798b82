/** Writes a principal with its event: the parts that other rooms and the verbs share. */
import { nextEvent, newStream, record, type Happening, type StreamHead } from '../events/record.ts';
import { loseRace, refuse } from '../outcomes.ts';
import type { Tx } from '../platform/platform.ts';
import { awaitedApprovers, musterActor, type Caller, type Role } from './caller.ts';
import {
  firstOwnedBy,
  insertPrincipal,
  lockPrincipal,
  lockPrincipals,
  updatePrincipal,
  type PrincipalTable,
} from './store.ts';
import { deleteKeysOf } from './store/keys.ts';

export interface PrincipalWrite {
  id: string;
  kind: Caller['kind'];
  name: string;
  roles: readonly Role[];
  owner_id: string | null;
  /** Who writes it. */
  actor: string;
}

/** What callers name has a prefix in its stream: an agent and a tool of one name would share it otherwise. */
const headOf = (row: Pick<PrincipalTable, 'id' | 'version' | 'head_hash'>): StreamHead => ({
  stream: `principal:${row.id}`,
  version: row.version,
  head_hash: row.head_hash,
});

/**
 * Creates or changes a principal; a disabled one is enabled again, without keys. Writing what stands writes
 * nothing. Refuses `name_taken` (another kind has the id) and `invalid` (`/owner_id`).
 */
export async function writePrincipal(tx: Tx, write: PrincipalWrite): Promise<void> {
  const { row, owner } = await lockWithOwner(tx, write);
  if (write.id === musterActor || (row !== undefined && row.kind !== write.kind)) refuse('name_taken');
  if (row !== undefined && isAsSaid(row, write)) return;
  await checkOwner(tx, write, owner);
  if (write.roles.includes('approver')) tx.ring('wake', awaitedApprovers);
  const { id, kind, name, owner_id } = write;
  const roles = [...write.roles];
  const said = { id, kind, name, roles, owner_id };
  if (row !== undefined) {
    const happening = { type: 'changed', actor: write.actor, data: { name, roles, owner_id } };
    return changePrincipal(tx, { row, said: { ...said, disabled_at: null }, happening });
  }
  const event = nextEvent(tx, newStream(`principal:${id}`), {
    type: 'created',
    actor: write.actor,
    data: { kind, name, roles, owner_id },
  });
  await insertPrincipal(tx, { ...said, version: event.number, head_hash: event.hash });
  record(tx, event);
}

/**
 * A principal and who is to own it, in the order of their ids. Both, or two who are written at once, one as the
 * other's owner, would both pass.
 */
async function lockWithOwner(
  tx: Tx,
  { id, owner_id }: Pick<PrincipalWrite, 'id' | 'owner_id'>,
): Promise<{ row: PrincipalTable | undefined; owner: PrincipalTable | undefined }> {
  const rows = await lockPrincipals(tx, owner_id === null || owner_id === id ? [id] : [id, owner_id]);
  const find = (wanted: string | null) => rows.find((each) => each.id === wanted);
  return { row: find(id), owner: find(owner_id) };
}

/** Ends a principal: it may not call any more, and its keys are gone. Refuses `not_found`. */
export async function disablePrincipal(tx: Tx, { id, actor }: { id: string; actor: string }): Promise<void> {
  const row = await lockPrincipal(tx, { id });
  if (row === undefined || row.disabled_at !== null) refuse('not_found');
  await deleteKeysOf(tx, { principal_id: id });
  await changePrincipal(tx, {
    row,
    said: { ...row, disabled_at: tx.at },
    happening: { type: 'disabled', actor, data: {} },
  });
}

interface Change {
  row: PrincipalTable;
  said: Omit<PrincipalTable, 'version' | 'head_hash' | 'created_at'>;
  happening: Happening;
}

/** One event and the row that carries it; `row` is locked. */
export async function changePrincipal(tx: Tx, { row, said, happening }: Change): Promise<void> {
  const event = nextEvent(tx, headOf(row), happening);
  const hit = await updatePrincipal(tx, { ...said, version: event.number, head_hash: event.hash, was: row.version });
  if (hit.length === 0) loseRace();
  record(tx, event);
}

/** Whether the row says this already. */
export const isAsSaid = (row: PrincipalTable, said: Pick<PrincipalWrite, 'name' | 'roles' | 'owner_id'>): boolean =>
  row.disabled_at === null &&
  row.name === said.name &&
  row.owner_id === said.owner_id &&
  row.roles.length === said.roles.length &&
  row.roles.every((role) => said.roles.includes(role));

/** Who owns has no owner: otherwise one person could stand behind two voters unseen. */
async function checkOwner(tx: Tx, { id, owner_id }: PrincipalWrite, owner: PrincipalTable | undefined): Promise<void> {
  if (owner_id === null) return;
  const wrong = (message: string) => refuse('invalid', { errors: [{ pointer: '/owner_id', message }] });
  if (owner === undefined || owner.disabled_at !== null) return wrong('there is no such principal');
  if (owner.kind === 'agent' || owner.owner_id !== null || owner.id === id)
    return wrong('expected a principal that nobody owns');
  if ((await firstOwnedBy(tx, { owner_id: id })) !== undefined)
    return wrong('this principal owns others, so it cannot be owned');
}
