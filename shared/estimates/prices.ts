/** Prices in force, and what usage costs at a price. */
import type { ModelPrice } from '@pydantic/genai-prices';
import type { Reads } from '../platform/platform.ts';
import type { Price, PriceOverrideRow, Rates } from './price.ts';
import { overrideInForce } from './store/prices.ts';

export interface Usage {
  /** All input, with what came from a cache. */
  input_tokens: number;
  cached_tokens: number;
  output_tokens: number;
  /** Over how many calls, where that is known: the tier of a price depends on a single call's size. */
  calls?: number;
}

/**
 * The price of a model at a time: an own contract's (an override), else the catalogue's; undefined when neither
 * knows it. The catalogue (40 ms) loads at the first use.
 */
export async function priceOf(reads: Reads, model: string, at: Date): Promise<Price | undefined> {
  return priceWith(await overrideInForce(reads, { model, at }), model, at);
}

/** The same, where the contract in force is known already. */
export const priceWith = async (
  override: PriceOverrideRow | undefined,
  model: string,
  at: Date,
): Promise<Price | undefined> =>
  override === undefined ? cataloguePrice(model, at) : { ...override, source: 'override', tiers: [] };

/** Micro-dollars for this usage, rounded up. More cached tokens than input count as all input cached. */
export function costMicros(price: Price, usage: Usage): number {
  const rates = ratesFor(price, usage.input_tokens / (usage.calls ?? Infinity));
  const cached = Math.min(usage.cached_tokens, usage.input_tokens);
  const millionths =
    BigInt(usage.input_tokens - cached) * BigInt(rates.input_micros_per_million) +
    BigInt(cached) * BigInt(rates.cached_input_micros_per_million) +
    BigInt(usage.output_tokens) * BigInt(rates.output_micros_per_million);
  return Number((millionths + 999_999n) / 1_000_000n);
}

/** The rates of a call with so many input tokens. */
export const ratesFor = (price: Price, input_tokens: number): Rates =>
  price.tiers.findLast((tier) => input_tokens > tier.above_input_tokens) ?? price;

const noUsage = { input_tokens: 0, output_tokens: 0 };

/** Public list prices, by model name, or with its provider in front: `openai:gpt-4o`, `openai/gpt-4o`. */
async function cataloguePrice(model: string, at: Date): Promise<Price | undefined> {
  const { calcPrice } = await import('@pydantic/genai-prices');
  const [, providerId, rest] = /^([a-z0-9_-]+)[:/](.+)$/i.exec(model) ?? [];
  const found =
    calcPrice(noUsage, model, { timestamp: at }) ??
    (providerId === undefined || rest === undefined ? null : calcPrice(noUsage, rest, { providerId, timestamp: at }));
  return found === null ? undefined : fromCatalogue(model, found.model_price);
}

/** Undefined for models that are not priced by the token. */
function fromCatalogue(model: string, price: ModelPrice): Price | undefined {
  if (price['input_mtok'] === undefined && price['output_mtok'] === undefined) return undefined;
  const starts = new Set(
    tokenPrices(price)
      .flatMap((part) => (typeof part === 'object' ? part.tiers : []))
      .map((tier) => tier.start),
  );
  return {
    model,
    source: 'catalogue',
    valid_from: null,
    ...ratesAbove(price, 0),
    tiers: [...starts]
      .toSorted((a, b) => a - b)
      .map((above_input_tokens) => ({ above_input_tokens, ...ratesAbove(price, above_input_tokens) })),
  };
}

type PricePart = ModelPrice[string];

const tokenPrices = (price: ModelPrice): PricePart[] => [
  price['input_mtok'],
  price['cache_read_mtok'] ?? price['input_mtok'],
  price['output_mtok'],
];

/** The rates of a call with more input tokens than `start`. */
function ratesAbove(price: ModelPrice, start: number): Rates {
  const [input, cached, output] = tokenPrices(price).map((part) => Math.round(usdAbove(part, start) * 1_000_000));
  return {
    input_micros_per_million: input ?? 0,
    cached_input_micros_per_million: cached ?? 0,
    output_micros_per_million: output ?? 0,
  };
}

function usdAbove(part: PricePart, start: number): number {
  if (typeof part !== 'object') return part ?? 0;
  return part.tiers.findLast((tier) => tier.start <= start)?.price ?? part.base;
}
