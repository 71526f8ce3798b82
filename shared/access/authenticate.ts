/** Who is behind an `Authorization` header. */
import { refuse } from '../outcomes.ts';
import type { Reads } from '../platform/platform.ts';
import type { Caller } from './caller.ts';
import { isSecret, keyParts, secretHash } from './keys.ts';
import { findCredential } from './store/keys.ts';

/** What an unknown key is compared with, so that it costs what a known one costs. */
const nobody = secretHash('');

/**
 * The caller of a valid key: one indexed read and one hash. Refuses `unauthenticated`, in the same words
 * whether the key is malformed, unknown, wrong or deleted, or its principal or that one's owner disabled.
 */
export async function authenticate(reads: Reads, authorization: string): Promise<Caller> {
  const key = /^bearer +(\S+) *$/i.exec(authorization)?.[1];
  const parts = key === undefined ? undefined : keyParts(key);
  if (parts === undefined) refuse('unauthenticated');
  const found = await findCredential(reads, { key_id: parts.id });
  if (!isSecret(parts.secret, found?.secret_sha256 ?? nobody) || found === undefined) refuse('unauthenticated');
  return { id: found.id, kind: found.kind, roles: found.roles, owner_id: found.owner_id };
}
