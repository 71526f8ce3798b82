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

/** The oldest of those that are older than this; those of one moment go together. */
export const deleteOldKeys = change((q, p: { from_now_seconds: number; limit: number }) =>
  q
    .deleteFrom('idempotency_keys')
    .where('created_at', '<', now(p.from_now_seconds))
    .where('created_at', '<=', (row) =>
      row
        .selectFrom((inner) =>
          inner
            .selectFrom('idempotency_keys')
            .select('created_at')
            .where('created_at', '<', now(p.from_now_seconds))
            .orderBy('created_at')
            .limit(p.limit)
            .as('oldest'),
        )
        .select((oldest) => oldest.fn.max('oldest.created_at').as('last')),
    )
    .returning('caller'),
);
