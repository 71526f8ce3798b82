/** Data keys as they are stored: wrapped, in the order of their making. */
import { now, store } from '../database/statement.ts';

export interface DataKey {
  id: string;
  number: number;
  /** base64; only the vault's key opens it. */
  wrapped: string;
  /** The version of the vault's key. */
  wrapped_by: string;
}

const { all, change } = store<{ data_keys: DataKey & { created_at: Date } }>();

export const dataKeys = all((q, _: Record<never, never>) =>
  q.selectFrom('data_keys').select(['id', 'number', 'wrapped', 'wrapped_by']).orderBy('number'),
);

/** The same, locked until the transaction ends; all of them have a number above 0. */
export const lockDataKeys = all((q, _: Record<never, never>) =>
  q
    .selectFrom('data_keys')
    .select(['id', 'number', 'wrapped', 'wrapped_by'])
    .where('number', '>', 0)
    .orderBy('id')
    .forUpdate(),
);

export const insertDataKey = change((q, p: DataKey) =>
  q.insertInto('data_keys').values({
    id: p.id,
    number: p.number,
    wrapped: p.wrapped,
    wrapped_by: p.wrapped_by,
    created_at: now(),
  }),
);

export const rewrapDataKey = change((q, p: Pick<DataKey, 'id' | 'wrapped' | 'wrapped_by'>) =>
  q
    .updateTable('data_keys')
    .set({ wrapped: p.wrapped, wrapped_by: p.wrapped_by })
    .where('id', '=', p.id)
    .returning('id'),
);
