/** An identity of Entra ID as a principal: its row says what its newest token has said. */
import { lastEventOf } from '../events/store.ts';
import { nextEvent, newStream, record } from '../events/record.ts';
import type { Platform, Reads, Tx } from '../platform/platform.ts';
import { refuse } from '../outcomes.ts';
import { awaitedApprovers, type Caller } from './caller.ts';
import { changePrincipal, isAsSaid } from './change-principal.ts';
import { findWithOwner, insertPrincipal, lockPrincipal, type PrincipalTable } from './store.ts';
import { readToken, type Bearer } from './tokens.ts';

const signedIn = 'signed_in';

/**
 * The caller of a token, with the roles that it carries. One indexed read, and another for a token that says otherwise
 * than the row; a transaction when it is the first call of somebody with a role, or a newer token has changed name or
 * roles. Refuses `unauthenticated`, also where the principal or its owner was disabled.
 */
export async function callerOfToken(platform: Platform, token: string): Promise<Caller> {
  const bearer = await readToken(platform, token);
  const { id, kind, roles } = bearer;
  const row = await findWithOwner(platform.db.read, { id });
  if (row !== undefined && (row.disabled_at ?? row.owner_disabled_at) !== null) refuse('unauthenticated');
  const owner_id = row?.owner_id ?? null;
  if (await isNews(platform.db.read, row, bearer))
    await platform.db.transaction('noteSignIn', (tx) => noteSignIn(tx, bearer));
  return { id, kind, roles, owner_id };
}

/** A token not newer than the last one noted is good for hours: its calls shall not lock the row each time. */
async function isNews(reads: Reads, row: PrincipalTable | undefined, bearer: Bearer): Promise<boolean> {
  if (row === undefined) return bearer.roles.length > 0;
  if (isAsSaid(row, { ...bearer, owner_id: row.owner_id })) return false;
  return bearer.issued_at > (await lastIssuedAt(reads, row));
}

/** Roles are kept so that questions know who may vote; a token not newer than the last one noted changes nothing. */
async function noteSignIn(tx: Tx, bearer: Bearer): Promise<void> {
  const { id, kind, name, roles, issued_at } = bearer;
  const row = await lockPrincipal(tx, { id });
  const happening = { type: signedIn, actor: id, data: { kind, name, roles, issued_at } };
  if (row === undefined) {
    const event = nextEvent(tx, newStream(`principal:${id}`), happening);
    const { number: version, hash: head_hash } = event;
    await insertPrincipal(tx, { id, kind, name, roles, owner_id: null, version, head_hash });
    record(tx, event);
  } else {
    if (row.disabled_at !== null || isAsSaid(row, { ...bearer, owner_id: row.owner_id })) return;
    if (issued_at <= (await lastIssuedAt(tx, row))) return;
    await changePrincipal(tx, { row, said: { ...row, name, roles }, happening });
  }
  if (roles.includes('approver') && row?.roles.includes('approver') !== true) tx.ring('wake', awaitedApprovers);
}

/** When the newest token was issued that the row has heeded. */
async function lastIssuedAt(reads: Reads, { id }: Pick<PrincipalTable, 'id'>): Promise<number> {
  const last = await lastEventOf(reads, { stream: `principal:${id}`, type: signedIn });
  return Number(last?.data['issued_at'] ?? 0);
}
