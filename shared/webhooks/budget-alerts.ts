/** Tells once a period when so much of a budget is spent. What is spent decides, not what is only reserved. */
import { budgetAnswer } from '../budgets/budget.ts';
import { periodAt } from '../budgets/reserve.ts';
import { listBudgetRows, type BudgetRow } from '../budgets/store.ts';
import { databaseTime } from '../platform/database/time.ts';
import type { Reads } from '../platform/platform.ts';
import { hears, type Hearer } from './hearing.ts';
import type { News } from './news.ts';
import type { Sending } from './send.ts';
import { toldOfBudgets } from './store/deliveries.ts';

const thresholds = [80, 100] as const;

/** Those that asked and were not told yet. */
export async function alertsFor(reads: Reads, hearers: readonly Hearer[]): Promise<Sending[]> {
  const asking = hearers.filter((hearer) => hears(hearer, 'budget.alert', {}));
  if (asking.length === 0) return [];
  const at = await databaseTime(reads);
  const alerts = alertsOf(await listBudgetRows(reads, { period: periodAt(at) }), at);
  if (alerts.length === 0) return [];
  const ids = asking.map(({ id }) => id);
  const told = new Set((await toldOfBudgets(reads, ids)).map(({ webhook_id, about }) => `${webhook_id} ${about}`));
  const sendings = asking.flatMap((to) => alerts.map((news) => ({ to, news })));
  return sendings.filter(({ to, news }) => !told.has(`${to.id} ${news.about}`));
}

/** What stands at or above each threshold. Pure. */
export const alertsOf = (budgets: readonly BudgetRow[], at: Date): News[] =>
  budgets.flatMap((row) =>
    thresholds
      .filter((percent) => row.limit_micros > 0 && row.spent_micros * 100 >= row.limit_micros * percent)
      .map((percent) => alertOf(row, percent, at)),
  );

function alertOf(row: BudgetRow, threshold_percent: number, at: Date): News {
  const budget = budgetAnswer(row);
  const { scope, period, spent_usd, limit_usd, reserved_usd } = budget;
  return {
    about: `budget:${scope}:${period}:${threshold_percent}`,
    type: 'budget.alert',
    at,
    data: { threshold_percent, budget },
    name: `${scope} ${period}`,
    text: `${threshold_percent} % of the budget are spent.`,
    facts: [
      ['Spent', `${spent_usd} USD`],
      ['Reserved', `${reserved_usd} USD`],
      ['Limit', `${limit_usd} USD`],
    ],
  };
}
