/** Limits and what is reserved and spent of them. Each change of a balance is one guarded statement. */
import { store } from '../platform/database/statement.ts';

export interface BudgetRow {
  scope: string;
  /** `2026-11` for the month, in UTC. */
  period: string;
  version: number;
  head_hash: string;
  limit_micros: number;
  reserved_micros: number;
  spent_micros: number;
}

/** What a deployment holds of a budget. */
export interface ReservationRow {
  deployment_id: string;
  scope: string;
  period: string;
  reserved_micros: number;
  spent_micros: number;
}

const { all, among, first, change } = store<{ budgets: BudgetRow; reservations: ReservationRow }>();

export const findBudget = first((q, p: { scope: string; period: string }) =>
  q.selectFrom('budgets').selectAll().where('scope', '=', p.scope).where('period', '=', p.period),
);

export const lockBudget = first((q, p: { scope: string; period: string }) =>
  q.selectFrom('budgets').selectAll().where('scope', '=', p.scope).where('period', '=', p.period).forUpdate(),
);

export const newestBudget = first((q, p: { scope: string; period: string }) =>
  q
    .selectFrom('budgets')
    .selectAll()
    .where('scope', '=', p.scope)
    .where('period', '<=', p.period)
    .orderBy('period', 'desc')
    .limit(1),
);

export const listBudgetRows = all((q, p: { period: string }) =>
  q.selectFrom('budgets').selectAll().where('period', '=', p.period).orderBy('scope'),
);

export const insertBudget = change((q, p: BudgetRow) =>
  q.insertInto('budgets').values({
    scope: p.scope,
    period: p.period,
    version: p.version,
    head_hash: p.head_hash,
    limit_micros: p.limit_micros,
    reserved_micros: p.reserved_micros,
    spent_micros: p.spent_micros,
  }),
);

export const updateLimit = change(
  (q, p: Pick<BudgetRow, 'scope' | 'period' | 'version' | 'head_hash' | 'limit_micros'> & { was_version: number }) =>
    q
      .updateTable('budgets')
      .set({ version: p.version, head_hash: p.head_hash, limit_micros: p.limit_micros })
      .where('scope', '=', p.scope)
      .where('period', '=', p.period)
      .where('version', '=', p.was_version)
      .returning('scope'),
);

/** Takes room, or hits no row: reserved + spent + micros ≤ limit is part of the statement. */
export const takeRoom = change((q, p: { scope: string; period: string; micros: number }) =>
  q
    .updateTable('budgets')
    .set((row) => ({ reserved_micros: row('reserved_micros', '+', p.micros) }))
    .where('scope', '=', p.scope)
    .where('period', '=', p.period)
    .where((row) =>
      row(
        row(row('reserved_micros', '+', row.ref('spent_micros')), '+', row.val(p.micros)),
        '<=',
        row.ref('limit_micros'),
      ),
    )
    .returning('scope'),
);

/** Moves money from reserved to spent; what exceeds the reservation is spent all the same. */
export const settleRoom = change((q, p: { scope: string; period: string; released: number; spent: number }) =>
  q
    .updateTable('budgets')
    .set((row) => ({
      reserved_micros: row('reserved_micros', '-', p.released),
      spent_micros: row('spent_micros', '+', p.spent),
    }))
    .where('scope', '=', p.scope)
    .where('period', '=', p.period)
    .returning('scope'),
);

export const insertReservation = change((q, p: ReservationRow) =>
  q.insertInto('reservations').values({
    deployment_id: p.deployment_id,
    scope: p.scope,
    period: p.period,
    reserved_micros: p.reserved_micros,
    spent_micros: p.spent_micros,
  }),
);

export const reservationsOf = all((q, p: { deployment_id: string }) =>
  q.selectFrom('reservations').selectAll().where('deployment_id', '=', p.deployment_id).orderBy('scope'),
);

export const updateReservation = change(
  (q, p: Pick<ReservationRow, 'deployment_id' | 'scope' | 'reserved_micros' | 'spent_micros'>) =>
    q
      .updateTable('reservations')
      .set({ reserved_micros: p.reserved_micros, spent_micros: p.spent_micros })
      .where('deployment_id', '=', p.deployment_id)
      .where('scope', '=', p.scope)
      .returning('scope'),
);

/** Of deployments that ended: what they spent is on the budgets. */
export const deleteReservations = among((q, deployment_ids: string[]) =>
  q.deleteFrom('reservations').where('deployment_id', 'in', deployment_ids),
);
