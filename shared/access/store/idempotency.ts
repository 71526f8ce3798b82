/** Idempotency keys. */
import { now, store } from '../../platform/database/statement.ts';

interface IdempotencyKeyTable {
  caller: string;
  operation: string;
  idempotency_key: string;
  body_sha256: string;
  resource_id: string;
  created_at: Date;
}

const { first, change } = store<{ idempotency_keys: IdempotencyKeyTable }>();

interface IdempotencyKey {
  caller: string;
  operation: string;
  idempotency_key: string;
}

export const findIdempotencyKey = first((q, p: IdempotencyKey) =>
  q
    .selectFrom('idempotency_keys')
    .select(['body_sha256', 'resource_id'])
    .where('caller', '=', p.caller)
    .where('operation', '=', p.operation)
    .where('idempotency_key', '=', p.idempotency_key),
);

export const insertIdempotencyKey = change((q, p: IdempotencyKey & { body_sha256: string; resource_id: string }) =>
  q.insertInto('idempotency_keys').values({
    caller: p.caller,
    operation: p.operation,
    idempotency_key: p.idempotency_key,
    body_sha256: p.body_sha256,
    resource_id: p.resource_id,
    created_at: now(),
  }),
);
