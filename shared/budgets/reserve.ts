/** Money of a deployment: reserved at its start, committed while it runs, the rest released at its end. */
import { refuse } from '../outcomes.ts';
import type { Reads, Tx } from '../platform/platform.ts';
import { usdOf } from '../platform/money.ts';
import { nextEvent, newStream, record } from '../events/record.ts';
import { musterActor } from '../access/caller.ts';
import { commitUsage, releaseRest, type Settlement } from './settlement.ts';
import {
  findBudget,
  insertBudget,
  insertReservation,
  newestBudget,
  reservationsOf,
  settleRoom,
  takeRoom,
  updateReservation,
  type BudgetRow,
  type ReservationRow,
} from './store.ts';

export const monthScope = 'month';

/** The month of a moment, in UTC. */
export const periodAt = (at: Date): string => at.toISOString().slice(0, 7);

/**
 * Takes `micros` from the month, in one guarded statement. Refuses `budget_exhausted` where there is no
 * room. A job that costs nothing takes part all the same, so that a late cost is counted somewhere.
 */
export async function reserve(tx: Tx, deployment_id: string, micros: number): Promise<void> {
  const scope = monthScope;
  const period = periodAt(tx.at);
  if ((await takeRoom(tx, { scope, period, micros })).length === 0) {
    await openPeriod(tx, scope, period);
    if ((await takeRoom(tx, { scope, period, micros })).length === 0) await refuseFor(tx, { scope, period, micros });
  }
  await insertReservation(tx, { deployment_id, scope, period, reserved_micros: micros, spent_micros: 0 });
}

/** The first reservation of a month opens it, with the limit of the month before or the setting's. */
export async function openPeriod(tx: Tx, scope: string, period: string): Promise<BudgetRow> {
  const known = await newestBudget(tx, { scope, period });
  if (known?.period === period) return known;
  const limit_micros = known?.limit_micros ?? tx.config.MONTHLY_BUDGET_USD;
  const event = nextEvent(tx, newStream(`budget:${scope}:${period}`), {
    type: 'budget_opened',
    actor: musterActor,
    data: { limit_usd: usdOf(limit_micros) },
  });
  const row = { scope, period, version: 1, head_hash: event.hash, limit_micros, reserved_micros: 0, spent_micros: 0 };
  await insertBudget(tx, row);
  record(tx, event);
  return row;
}

async function refuseFor(
  tx: Tx,
  { scope, period, micros }: { scope: string; period: string; micros: number },
): Promise<never> {
  const budget = await findBudget(tx, { scope, period });
  const free = budget === undefined ? 0 : budget.limit_micros - budget.reserved_micros - budget.spent_micros;
  return refuse('budget_exhausted', {
    detail: `The job may cost ${usdOf(micros)} USD and the budget "${scope}" of ${period} has ${usdOf(Math.max(0, free))} USD left. Raise it, or wait for running jobs to return what they do not use.`,
    waits_for: `budget:${scope}`,
    waits_amount: micros,
  });
}

/**
 * Commits what the deployment has used in all so far. Never refuses: usage beyond the reservation is an
 * overrun, which counts as spent.
 */
export async function commit(tx: Tx, deployment_id: string, total_micros: number): Promise<Committed> {
  const committed: Committed = { overrun: false, spent_micros: 0, left_micros: 0 };
  for (const held of await reservationsOf(tx, { deployment_id })) {
    const settlement = commitUsage(held, total_micros);
    committed.overrun ||= settlement.overrun;
    committed.spent_micros += settlement.spent;
    committed.left_micros += settlement.held.reserved_micros;
    if (settlement.spent > 0) await settle(tx, held, settlement);
  }
  return committed;
}

export interface Committed {
  /** More was used than was reserved: the job must stop. */
  overrun: boolean;
  /** What is new since the last time. */
  spent_micros: number;
  left_micros: number;
}

/** Micro-dollars that a deployment has left of what was reserved for it. */
export const leftMicros = async (reads: Reads, deployment_id: string): Promise<number> =>
  (await reservationsOf(reads, { deployment_id })).reduce((sum, { reserved_micros }) => sum + reserved_micros, 0);

/** Gives back what is left, and wakes who waits for room. */
export async function release(tx: Tx, deployment_id: string): Promise<void> {
  for (const held of await reservationsOf(tx, { deployment_id })) {
    if (held.reserved_micros === 0) continue;
    await settle(tx, held, releaseRest(held));
    tx.ring('wake', `budget:${held.scope}`);
  }
}

async function settle(tx: Tx, held: ReservationRow, { held: after, released, spent }: Settlement): Promise<void> {
  await settleRoom(tx, { scope: held.scope, period: held.period, released, spent });
  await updateReservation(tx, { deployment_id: held.deployment_id, scope: held.scope, ...after });
}

/** Micro-dollars that could still be reserved this month; undefined before its first reservation. */
export async function freeMicros(reads: Reads, scope: string, at: Date): Promise<number | undefined> {
  const budget = await findBudget(reads, { scope, period: periodAt(at) });
  return budget === undefined ? undefined : budget.limit_micros - budget.reserved_micros - budget.spent_micros;
}
