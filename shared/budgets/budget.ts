/** A budget: a limit in dollars for a scope and a period. */
import { z } from 'zod';
import { usdOf } from '../platform/money.ts';
import { limitUsd } from '../platform/wire.ts';
import type { BudgetRow } from './store.ts';

export const BudgetInput = z.strictObject({ limit_usd: limitUsd(1_000_000_000) }).meta({ id: 'BudgetInput' });

export const Budget = z
  .strictObject({
    scope: z.string(),
    period: z.string(),
    version: z.int(),
    limit_usd: z.number(),
    reserved_usd: z.number(),
    spent_usd: z.number(),
    free_usd: z.number(),
  })
  .meta({ id: 'Budget' });

export const budgetAnswer = (row: BudgetRow): z.output<typeof Budget> => ({
  scope: row.scope,
  period: row.period,
  version: row.version,
  limit_usd: usdOf(row.limit_micros),
  reserved_usd: usdOf(row.reserved_micros),
  spent_usd: usdOf(row.spent_micros),
  free_usd: usdOf(Math.max(0, row.limit_micros - row.reserved_micros - row.spent_micros)),
});
