/** Money as plain functions: reserved + spent is at most the limit at each reservation, and never refused afterwards. */
import type { Budget, Job, Road, Task } from './data.ts';

/** A month begins with the limit of the one before, and is there once something of it is reserved or set. */
export function thisMonth({ budgets, now, limit }: Road): Budget {
  const period = new Date(now).toISOString().slice(0, 7);
  const last = budgets.at(-1);
  return last?.period === period ? last : { period, limit: last?.limit ?? limit, reserved: 0, spent: 0 };
}

/** What is spent leaves the reservation; what is beyond it is spent all the same. */
export function spend(held: Job['held'], tasks: Task[]): { fresh: number; isOverrun: boolean } {
  const total = tasks.reduce((sum, { cost, earlier }) => sum + cost + earlier, 0);
  const fresh = Math.max(0, total - held.spent);
  const covered = Math.min(held.reserved, fresh);
  giveBack(held, covered);
  held.spent += fresh;
  held.budget.spent += fresh;
  return { fresh, isOverrun: fresh > covered };
}

export function giveBack(held: Job['held'], micros: number): void {
  held.reserved -= micros;
  held.budget.reserved -= micros;
}
