/** What reported usage costs. */
import { modelOf } from '../agents/store.ts';
import { costMicros, priceOf } from '../estimates/prices.ts';
import { databaseTime } from '../platform/database/time.ts';
import { microsOf } from '../platform/money.ts';
import type { Reads } from '../platform/platform.ts';
import type { UsageReport } from './report.ts';
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
 * where the report names none. Reads outside of transactions: the first look into the catalogue is slow.
 */
export async function spentOf(reads: Reads, agent_id: string, usage: UsageReport | undefined): Promise<Spent> {
  if (usage === undefined) return nothing;
  const { input_tokens, cached_tokens, output_tokens, cost_usd = 0 } = usage;
  const model = usage.model ?? (await modelOf(reads, agent_id));
  const price = model === null ? undefined : await priceOf(reads, model, await databaseTime(reads));
  const cost_micros = price === undefined ? microsOf(cost_usd) : costMicros(price, usage);
  return { model, input_tokens, cached_tokens, output_tokens, cost_micros, priced: price !== undefined };
}
