/** What a job will use, before it runs, and how that stands against its limits. */
import { microsOf, upToTheCent, usdOf } from '../platform/money.ts';
import { databaseTime } from '../platform/database/time.ts';
import type { Reads } from '../platform/platform.ts';
import { costOf, type EstimateQuestion, type Knowledge } from './cost.ts';
import { globalKey, jobKey } from './history.ts';
import { outlook, tokensOf } from './predictor.ts';
import { confidenceIn, reported, type Distribution, type Prediction } from './prediction.ts';
import { awaitedPrice } from './price.ts';
import { priceOf } from './prices.ts';
import { findHistories } from './store/predictors.ts';

export interface Estimate {
  tokens: Prediction;
  /** Null when the model has no price. */
  cost_usd: Prediction | null;
  priced: boolean;
  /** The model that has no price. */
  unpriced_model: string | null;
  /** 0 to 1, from the number of earlier runs and the width. */
  confidence: number;
  basis: string;
  /** 0 without a price. */
  cost_expected_micros: number;
  /** The end of the 90 % interval, up to the cent; 0 without a price. */
  cost_upper_micros: number;
}

/** What a job allows itself. */
interface Limits {
  max_tokens: number | null;
  max_budget_micros: number | null;
}

/** Tokens and dollars of a job before it runs: three selects, one without a model. */
export async function estimateFor(reads: Reads, question: EstimateQuestion): Promise<Estimate> {
  const job = jobKey(question.job_name);
  const rows = await findHistories(reads, { job, global: globalKey });
  const stateOf = (key: string) => rows.find((row) => row.prediction_key === key)?.state;
  const price = question.model === null ? undefined : await priceOf(reads, question.model, await databaseTime(reads));
  return estimated(question, { job: stateOf(job), global: stateOf(globalKey), price });
}

/** The reason why a job may not run as estimated, or undefined. A token limit and a budget are each held alone. */
export function heldAgainstBudget(estimate: Estimate, limits: Limits) {
  const { max_budget_micros, max_tokens } = limits;
  if (max_budget_micros !== null && estimate.unpriced_model !== null) {
    const model = estimate.unpriced_model;
    return { code: 'unpriced', detail: `The model "${model}" has no price.`, waits_for: awaitedPrice(model) } as const;
  }
  if (max_budget_micros !== null && estimate.cost_expected_micros > max_budget_micros) {
    const detail = `The expected cost is $${usdOf(estimate.cost_expected_micros)}, the budget $${usdOf(max_budget_micros)}.`;
    return { code: 'over_budget', detail, waits_for: null } as const;
  }
  if (max_tokens !== null && estimate.tokens.expected > max_tokens) {
    const detail = `${estimate.tokens.expected} tokens are expected, ${max_tokens} allowed.`;
    return { code: 'over_token_limit', detail, waits_for: null } as const;
  }
  return undefined;
}

/** Decides the estimate from what is known. */
export function estimated(question: EstimateQuestion, knowledge: Knowledge): Estimate {
  const unknown = unknownPart(question, knowledge);
  const tokens = tokensOf(unknown, question);
  const cost = costOf(question, { ...knowledge, unknown });
  const cost_usd = cost === undefined ? null : reported(cost, 1_000_000);
  return {
    tokens: reported(tokens),
    cost_usd,
    priced: cost_usd !== null,
    unpriced_model: cost_usd === null ? question.model : null,
    confidence: confidenceIn(tokens),
    basis: tokens.basis,
    cost_expected_micros: microsOf(cost_usd?.expected ?? 0),
    cost_upper_micros: upToTheCent(microsOf(cost_usd?.interval_90[1] ?? 0)),
  };
}

/** All tokens, or beside a counted prompt the output. */
function unknownPart(question: EstimateQuestion, { job, global }: Knowledge): Distribution {
  const target = question.payload_tokens === null ? 'tokens' : 'output';
  return outlook({ job: job?.[target], global: global?.[target] }, question);
}
