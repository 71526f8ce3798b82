/** `Idempotency-Key`: the same request twice has one effect. */
import { hash } from 'node:crypto';
import { refuse } from '../outcomes.ts';
import type { Reads, Tx } from '../platform/platform.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import type { Json } from '../platform/wire.ts';
import type { Operation } from './permissions.ts';
import { findIdempotencyKey, insertIdempotencyKey } from './store/idempotency.ts';

export interface Request {
  /** The caller's id. */
  caller: string;
  operation: Operation;
  /** The header; undefined: no promise is wanted. */
  key: string | undefined;
  /** What the caller sent, as JSON (a `Date` counts as its text). */
  body: unknown;
  /** Creates the resource and gives its id. */
  create: () => Promise<string>;
}

/**
 * Creates once for a caller, operation and key; a repeat gives the id of the first and creates nothing.
 * Refuses `idempotency_key_reused` when the body is another. Two statements beside `create`, none without a key.
 */
export async function once(
  tx: Tx,
  { caller, operation, key, body, create }: Request,
): Promise<{ id: string; repeated: boolean }> {
  if (key === undefined) return { id: await create(), repeated: false };
  const earlier = await firstResult(tx, { caller, operation, key, body });
  if (earlier !== undefined) return { id: earlier, repeated: true };
  const id = await create();
  const body_sha256 = bodyHash(body);
  await insertIdempotencyKey(tx, { caller, operation, idempotency_key: key, body_sha256, resource_id: id });
  return { id, repeated: false };
}

/**
 * The id that the first request with this key has given, for who needs more than the request to create; undefined where
 * there is none. Refuses `idempotency_key_reused` when the body is another.
 */
export async function firstResult(
  reads: Reads,
  { caller, operation, key, body }: Omit<Request, 'create'>,
): Promise<string | undefined> {
  if (key === undefined) return undefined;
  const earlier = await findIdempotencyKey(reads, { caller, operation, idempotency_key: key });
  if (earlier !== undefined && earlier.body_sha256 !== bodyHash(body)) refuse('idempotency_key_reused');
  return earlier?.resource_id;
}

/** What requests with the same key are compared by. */
export const bodyHash = (body: unknown): string => hash('sha256', canonicalJson(body as Json)); // JSON by contract
