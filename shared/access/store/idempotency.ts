/** Idempotency keys. */
import type { Expression, SqlBool } from 'kysely';
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

interface KeptKey extends IdempotencyKey {
  body_sha256: string;
  resource_id: string;
}

export const findIdempotencyKey = first((q, p: IdempotencyKey) =>
  q
    .selectFrom('idempotency_keys')
    .select(['body_sha256', 'resource_id'])
    .where('caller', '=', p.caller)
    .where('operation', '=', p.operation)
    .where('idempotency_key', '=', p.idempotency_key),
);

export const insertIdempotencyKey = change((q, p: KeptKey) =>
  q.insertInto('idempotency_keys').values({
    caller: p.caller,
    operation: p.operation,
    idempotency_key: p.idempotency_key,
    body_sha256: p.body_sha256,
    resource_id: p.resource_id,
    created_at: now(),
  }),
);

const columns = ['caller', 'operation', 'idempotency_key', 'body_sha256', 'resource_id', 'created_at'] as const;

/** Keeps a key where the gate is open, once: for a batch whose other statements have made what it stands for. */
export const keepKeyWhere = <Gate>(gate: (p: Gate) => Expression<SqlBool>) =>
  change((q, p: KeptKey & Gate) =>
    q
      .insertInto('idempotency_keys')
      .columns([...columns])
      .expression(
        q
          .selectNoFrom((row) => [
            row.val(p.caller).as('caller'),
            row.val(p.operation).as('operation'),
            row.val(p.idempotency_key).as('idempotency_key'),
            row.val(p.body_sha256).as('body_sha256'),
            row.val(p.resource_id).as('resource_id'),
            now().as('created_at'),
          ])
          .where(gate(p))
          .where(({ exists, not, selectFrom }) =>
            not(
              exists(
                selectFrom('idempotency_keys as kept')
                  .select('kept.caller')
                  .where('kept.caller', '=', p.caller)
                  .where('kept.operation', '=', p.operation)
                  .where('kept.idempotency_key', '=', p.idempotency_key),
              ),
            ),
          ),
      ),
  );
