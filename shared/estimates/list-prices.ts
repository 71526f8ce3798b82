/** The prices in force. */
import { databaseTime } from '../platform/database/time.ts';
import type { Reads } from '../platform/platform.ts';
import { overrideAnswer, priceAnswer, type PricesAnswer } from './price.ts';
import { priceOf } from './prices.ts';
import { listOverrides } from './store/prices.ts';

/** All overrides, and the prices in force now of `models` and of every overridden model. */
export async function listPrices(reads: Reads, models: readonly string[] = []): Promise<PricesAnswer> {
  const at = await databaseTime(reads);
  const overrides = await listOverrides(reads, {});
  const asked = [...new Set([...models, ...overrides.map(({ model }) => model)])].toSorted();
  const prices = await Promise.all(asked.map((model) => priceOf(reads, model, at)));
  return {
    prices: prices.flatMap((price) => (price === undefined ? [] : [priceAnswer(price)])),
    unpriced: asked.filter((_, index) => prices[index] === undefined),
    overrides: overrides.map(overrideAnswer),
  };
}
