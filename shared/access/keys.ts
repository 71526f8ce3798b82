/** Keys: `mk.<id>.<secret>`, the secret shown once and stored as SHA-256; two are valid during a rotation. */
import { hash, timingSafeEqual } from 'node:crypto';
import { refuse } from '../outcomes.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { isOfEntra, type Caller } from './caller.ts';
import { changePrincipal } from './change-principal.ts';
import { lockPrincipal } from './store.ts';
import { deleteKeyRow, insertKey, validKeys } from './store/keys.ts';

const mostKeys = 2;
const secretBytes = 32;

export interface NewKey {
  id: string;
  /** The only time that anybody sees it. */
  key: string;
}

const signsIn = 'An identity of Entra ID signs in with its tokens: a key would outlast the roles that it has there.';

/**
 * Makes a key for a principal. Refuses `not_found`, `key_limit` when two are valid, and `conflict` for an identity of
 * Entra ID.
 */
export const issueKey = (
  platform: Platform,
  caller: Caller,
  { principal_id }: { principal_id: string },
): Promise<NewKey> =>
  platform.db.transaction('issueKey', async (tx) => {
    const row = await lockPrincipal(tx, { id: principal_id });
    if (row === undefined || row.disabled_at !== null) refuse('not_found');
    if (isOfEntra(principal_id)) refuse('conflict', { detail: signsIn });
    if ((await validKeys(tx, { principal_id })).length >= mostKeys) refuse('key_limit');
    const made = await newKey(tx, principal_id);
    await changePrincipal(tx, {
      row,
      said: row,
      happening: { type: 'key_issued', actor: caller.id, data: { key_id: made.id } },
    });
    return made;
  });

const lastKey = 'This is your only key; make another first, or nobody could act for you any more.';

/** Ends a key at once. Refuses `not_found`, and `conflict` for the caller's own last one. */
export const deleteKey = (
  platform: Platform,
  caller: Caller,
  { principal_id, key_id }: { principal_id: string; key_id: string },
): Promise<void> =>
  platform.db.transaction('deleteKey', async (tx) => {
    const row = await lockPrincipal(tx, { id: principal_id });
    const hit = await deleteKeyRow(tx, { id: key_id, principal_id });
    if (row === undefined || hit.length === 0) refuse('not_found');
    if (caller.id === principal_id && (await validKeys(tx, { principal_id })).length === 0)
      refuse('conflict', { detail: lastKey });
    await changePrincipal(tx, {
      row,
      said: row,
      happening: { type: 'key_deleted', actor: caller.id, data: { key_id } },
    });
  });

/** A key from nothing: 256 random bits. Its principal is locked. */
export async function newKey(tx: Tx, principal_id: string): Promise<NewKey> {
  const id = tx.newId('key');
  const secret = Buffer.from(tx.randomBytes(secretBytes)).toString('base64url');
  await insertKey(tx, { id, principal_id, secret_sha256: secretHash(secret) });
  return { id, key: `mk.${id}.${secret}` };
}

/** SHA-256 in hexadecimal. No salt: the secret is random. */
export const secretHash = (secret: string): string => hash('sha256', secret);

/** Whether this secret has that hash, in a time that tells nothing. */
export const isSecret = (secret: string, secret_sha256: string): boolean =>
  timingSafeEqual(Buffer.from(secretHash(secret)), Buffer.from(secret_sha256));

/** The parts of a key, or undefined when it does not have the form. */
export function keyParts(key: string): { id: string; secret: string } | undefined {
  const [, id, secret] = /^mk\.([a-z0-9_]{1,64})\.([A-Za-z0-9_-]{43})$/.exec(key) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}
