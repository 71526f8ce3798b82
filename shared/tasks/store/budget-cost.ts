/** What of a task's cost counts against its budget. */
import { sql } from 'kysely';

/** Of this attempt, in micro-dollars: only what a price tells. */
export const budgetCost = sql<number>`case when priced = 1 then cost_micros else 0 end`;

/** Of all attempts. */
export const budgetCostOfAll = sql<number>`earlier_budget_micros + ${budgetCost}`;
