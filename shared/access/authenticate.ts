/** Who is behind an `Authorization` header: the holder of a key of Muster's own, or the bearer of a token of Entra ID. */
import { refuse } from '../outcomes.ts';
import type { Platform, Reads } from '../platform/platform.ts';
import type { Caller } from './caller.ts';
import { isSecret, keyParts, secretHash } from './keys.ts';
import { callerOfToken } from './sign-in.ts';
import { findCredential } from './store/keys.ts';

/** What an unknown key is compared with, so that it costs what a known one costs. */
const nobody = secretHash('');

/** Refuses `unauthenticated`. */
export async function authenticate(platform: Platform, authorization: string): Promise<Caller> {
  const credential = /^bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (credential === undefined) refuse('unauthenticated');
  const key = keyParts(credential);
  return key === undefined ? callerOfToken(platform, credential) : callerOfKey(platform.db.read, key);
}

/**
 * One indexed read and one hash. Refuses `unauthenticated`, in the same words whether the key is unknown, wrong or
 * deleted, or its principal or that one's owner disabled.
 */
async function callerOfKey(reads: Reads, { id, secret }: { id: string; secret: string }): Promise<Caller> {
  const found = await findCredential(reads, { key_id: id });
  if (!isSecret(secret, found?.secret_sha256 ?? nobody) || found === undefined) refuse('unauthenticated');
  return { id: found.id, kind: found.kind, roles: found.roles, owner_id: found.owner_id };
}
