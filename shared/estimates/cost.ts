/** What a job will cost, from its own dollars or from its tokens and a price. */
import { costsWith, splitOf, type History, type Split } from './history.ts';
import { outlook, type Covariates } from './predictor.ts';
import { nothing, scaled, type Distribution } from './prediction.ts';
import type { Price, Rates } from './price.ts';
import { ratesFor } from './prices.ts';

export interface EstimateQuestion extends Covariates {
  job_name: string;
  /** Null: the job uses none, so its model costs nothing. */
  model: string | null;
}

/** What is known of the job, of all jobs, and of its model's price. */
export interface Knowledge {
  job: History | undefined;
  global: History | undefined;
  price: Price | undefined;
}

/**
 * Micro-dollars, or undefined without a price. `unknown` is the distribution of all tokens, or beside a counted
 * prompt of the output. A job's own dollars with this model come first, except where its prompt is at hand.
 */
export function costOf(
  question: EstimateQuestion,
  known: Knowledge & { unknown: Distribution },
): Distribution | undefined {
  if (question.model === null) return nothing('no model, so no cost');
  if (known.price === undefined) return undefined;
  if (question.payload_tokens !== null) return costOfCall(question.payload_tokens, known.price, known.unknown);
  const dollars = costsWith(known.job, question.model);
  if (dollars !== undefined) return outlook({ job: dollars }, question);
  return costOfTokens(question, known.price, known);
}

/** One call whose prompt is counted: the prompt exactly, the output by its distribution. */
function costOfCall(payload_tokens: number, price: Price, output: Distribution): Distribution {
  const rates = ratesFor(price, payload_tokens);
  const fixed = payload_tokens * perToken(rates.input_micros_per_million);
  const priced = scaled(output, { fixed, factor: perToken(rates.output_micros_per_million) });
  return {
    ...priced,
    basis: `the counted prompt and the output at the price of ${price.model}; output from ${output.basis}`,
  };
}

/** Tokens at the blended price; the tier is that of an average call. */
function costOfTokens(
  { estimated_calls }: EstimateQuestion,
  price: Price,
  { job, global, unknown }: Knowledge & { unknown: Distribution },
): Distribution {
  const split = splitOf(job, global);
  const callInput = (unknown.mean * shares(split).input) / Math.max(1, estimated_calls);
  const priced = scaled(unknown, { fixed: 0, factor: blended(ratesFor(price, callInput), split) });
  return { ...priced, basis: `tokens at the price of ${price.model}; tokens from ${unknown.basis}` };
}

/** Micro-dollars of an average token. */
function blended(rates: Rates, split: Split): number {
  const share = shares(split);
  return (
    (share.input - share.cached) * perToken(rates.input_micros_per_million) +
    share.cached * perToken(rates.cached_input_micros_per_million) +
    share.output * perToken(rates.output_micros_per_million)
  );
}

const perToken = (micros_per_million: number): number => micros_per_million / 1_000_000;

function shares({ input_tokens, cached_tokens, output_tokens }: Split) {
  const all = input_tokens + output_tokens;
  return { input: input_tokens / all, cached: cached_tokens / all, output: output_tokens / all };
}
