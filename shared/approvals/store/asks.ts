/** Voters with an endpoint, asked by a signed POST. */
import { now, store } from '../../platform/database/statement.ts';
import type { Tx } from '../../platform/platform.ts';

export interface AskRow {
  id: string;
  approval_id: string;
  voter_id: string;
  state: 'waiting' | 'done' | 'failed';
  due_at: Date | null;
  due_seconds: number;
  attempts: number;
  fence: number;
  lease_until: Date | null;
  last_fault: string | null;
}

const { first, change, tables } = store<{ asks: AskRow }>();

export type NewAsk = Pick<AskRow, 'id' | 'approval_id' | 'voter_id' | 'due_seconds'>;

const atOnce = 200;

export async function insertAsks(tx: Tx, asks: readonly NewAsk[]): Promise<void> {
  for (let from = 0; from < asks.length; from += atOnce) {
    const rows = asks.slice(from, from + atOnce).map(({ id, approval_id, voter_id, due_seconds }) => ({
      ...{ id, approval_id, voter_id, due_seconds },
      ...{ state: 'waiting' as const, due_at: now(due_seconds), attempts: 0, fence: 0 },
    }));
    await tx.run(tables(tx).insertInto('asks').values(rows).compile());
  }
}

export const findAsk = first((q, p: { id: string }) => q.selectFrom('asks').selectAll().where('id', '=', p.id));

type Finished = Pick<AskRow, 'id' | 'fence' | 'state' | 'last_fault'>;

/** The end of an ask; hits nothing when its claim was taken over. */
export const finishAsk = change((q, p: Finished) =>
  q
    .updateTable('asks')
    .set((row) => ({
      state: p.state,
      fence: row('fence', '+', 1),
      lease_until: null,
      due_at: null,
      last_fault: p.last_fault,
    }))
    .where('id', '=', p.id)
    .where('fence', '=', p.fence)
    .where('state', '=', 'waiting')
    .returning('id'),
);
