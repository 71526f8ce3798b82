/** What reported usage costs. */
import type { Price, PriceOverrideRow } from '../estimates/price.ts';
import { costMicros, priceWith } from '../estimates/prices.ts';
import { microsOf } from '../platform/money.ts';
import type { Reads } from '../platform/platform.ts';
import type { UsageReport } from './report.ts';
import { findRates } from './store/rates.ts';
import type { Spent } from './store/settle.ts';

const nothing: Spent = {
  model: null,
  input_tokens: 0,
  cached_tokens: 0,
  output_tokens: 0,
  cost_micros: 0,
  priced: false,
};

/**
 * At the price of the model now, else as reported, which counts against no budget. The model is the agent's
 * where the report names none. Reads outside of transactions, one statement: the first look into the catalogue is slow.
 */
export async function spentOf(reads: Reads, agent_id: string, usage: UsageReport | undefined): Promise<Spent> {
  if (usage === undefined) return nothing;
  const { input_tokens, cached_tokens, output_tokens, cost_usd = 0 } = usage;
  const found = await findRates(reads, { agent_id, model: usage.model ?? null });
  const { model } = found ?? { model: usage.model ?? null };
  const price = found === undefined || model === null ? undefined : await priceIn(found, model);
  const cost_micros = price === undefined ? microsOf(cost_usd) : costMicros(price, usage);
  return { model, input_tokens, cached_tokens, output_tokens, cost_micros, priced: price !== undefined };
}

type Found = NonNullable<Awaited<ReturnType<typeof findRates>>>;

/** A contract's columns are all there, or none is. */
function priceIn({ at, ...rates }: Found, model: string): Promise<Price | undefined> {
  const override = rates.valid_from === null ? undefined : ({ ...rates, model } as PriceOverrideRow);
  return priceWith(override, model, new Date(at));
}
