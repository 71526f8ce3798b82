/** What a model's tokens cost. */
import { z } from 'zod';
import { microsOf, usdOf } from '../platform/money.ts';
import { time } from '../platform/wire.ts';

/** Micro-dollars for a million tokens. */
export interface Rates {
  input_micros_per_million: number;
  cached_input_micros_per_million: number;
  output_micros_per_million: number;
}

export interface Price extends Rates {
  model: string;
  source: 'catalogue' | 'override';
  /** Since when an override holds. */
  valid_from: Date | null;
  /** Rates of a whole call whose input is above a size, smallest size first. */
  tiers: (Rates & { above_input_tokens: number })[];
}

export interface PriceOverrideRow extends Rates {
  model: string;
  valid_from: Date;
}

/** What a job waits for whose model has no price, as a topic of the bell `wake`. */
export const awaitedPrice = (model: string): string => `price:${model}`;

/** At most a thousand dollars a million tokens, so that no cost outgrows what can be counted exactly. */
const usdPerMillion = z.number().min(0).max(1000).describe('US dollars for a million tokens');
const model = z.string().min(1).max(200);

const overrideFields = {
  model,
  input_usd_per_million: usdPerMillion,
  output_usd_per_million: usdPerMillion,
};

const PriceOverride = z
  .strictObject({
    ...overrideFields,
    valid_from: time.optional().describe('now, where it is left out'),
    cached_input_usd_per_million: usdPerMillion.optional().describe('the same as input, where it is left out'),
  })
  .meta({ id: 'PriceOverride' });

export const PricesInput = z
  .strictObject({ overrides: z.array(PriceOverride).min(1).max(100) })
  .meta({ id: 'PricesInput' });

export type PricesInput = z.output<typeof PricesInput>;

const ratesAnswer = {
  input_usd_per_million: z.number(),
  cached_input_usd_per_million: z.number(),
  output_usd_per_million: z.number(),
};

const PriceAnswer = z
  .strictObject({
    model: z.string(),
    source: z.enum(['catalogue', 'override']),
    valid_from: time.nullable(),
    ...ratesAnswer,
    tiers: z.array(z.strictObject({ above_input_tokens: z.int(), ...ratesAnswer })),
  })
  .meta({ id: 'Price' });

export const PricesAnswer = z
  .strictObject({
    prices: z.array(PriceAnswer).describe('in force now, of the models asked for and of those with an override'),
    unpriced: z.array(z.string()).describe('models asked for that have no price'),
    overrides: z.array(z.strictObject({ model: z.string(), valid_from: time, ...ratesAnswer })),
  })
  .meta({ id: 'Prices' });

export type PricesAnswer = z.output<typeof PricesAnswer>;

export const overrideRow = (input: z.output<typeof PriceOverride>, now: Date): PriceOverrideRow => ({
  model: input.model,
  valid_from: input.valid_from ?? now,
  input_micros_per_million: microsOf(input.input_usd_per_million),
  cached_input_micros_per_million: microsOf(input.cached_input_usd_per_million ?? input.input_usd_per_million),
  output_micros_per_million: microsOf(input.output_usd_per_million),
});

const usdRates = (rates: Rates) => ({
  input_usd_per_million: usdOf(rates.input_micros_per_million),
  cached_input_usd_per_million: usdOf(rates.cached_input_micros_per_million),
  output_usd_per_million: usdOf(rates.output_micros_per_million),
});

export const overrideAnswer = (row: PriceOverrideRow): PricesAnswer['overrides'][number] => ({
  model: row.model,
  valid_from: row.valid_from,
  ...usdRates(row),
});

export const priceAnswer = (price: Price): z.output<typeof PriceAnswer> => ({
  model: price.model,
  source: price.source,
  valid_from: price.valid_from,
  ...usdRates(price),
  tiers: price.tiers.map((tier) => ({ above_input_tokens: tier.above_input_tokens, ...usdRates(tier) })),
});
