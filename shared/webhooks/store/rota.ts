/** The rota: one row, once somebody has said one. */
import { store } from '../../platform/database/statement.ts';
import type { Json } from '../../platform/wire.ts';

interface RotaTable {
  name: 'rota';
  version: number;
  head_hash: string;
  /** As it was sent. */
  rota: Json;
}

const { first, change, among } = store<{ rotas: RotaTable; webhooks: { id: string; state: string } }>();

export const findRota = first((q, _: Record<never, never>) =>
  q.selectFrom('rotas').selectAll().where('name', '=', 'rota'),
);

export const lockRota = first((q, _: Record<never, never>) =>
  q.selectFrom('rotas').selectAll().where('name', '=', 'rota').forUpdate(),
);

type Written = Omit<RotaTable, 'name'>;

export const insertRota = change((q, p: Written) =>
  q.insertInto('rotas').values({ name: 'rota', version: p.version, head_hash: p.head_hash, rota: p.rota }),
);

export const updateRota = change((q, p: Written & { was: number }) =>
  q
    .updateTable('rotas')
    .set({ version: p.version, head_hash: p.head_hash, rota: p.rota })
    .where('name', '=', 'rota')
    .where('version', '=', p.was)
    .returning('name'),
);

/** Those of these that are not deleted. */
export const webhooksThere = among((q, ids: string[]) =>
  q.selectFrom('webhooks').select('id').where('id', 'in', ids).where('state', '<>', 'deleted'),
);
