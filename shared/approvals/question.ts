/** What an approval asks: may this exact definition run, in this environment, up to this cost? Pure. */
import { microsOf, upToTheCent, usdOf } from '../platform/money.ts';
import type { Estimate } from '../estimates/estimate.ts';
import { definitionJson, sha256Of } from '../jobs/canonical.ts';
import type { JobDefinition } from '../jobs/definition.ts';

export type CostEstimate = Pick<Estimate, 'priced' | 'cost_expected_micros' | 'cost_upper_micros'>;

export interface Question {
  /** SHA-256 of the RFC 8785 JSON of {definition, environment, cost_ceiling_usd}: what a ballot names. */
  definition_sha256: string;
  environment: string;
  cost_ceiling_micros: number;
}

/** What the job may cost at most: its budget, else the 90 % upper bound up to the cent, nothing without a price. */
export function costCeiling({ max_budget_usd }: JobDefinition, estimate: CostEstimate): number {
  if (max_budget_usd !== undefined) return microsOf(max_budget_usd);
  return estimate.priced ? upToTheCent(estimate.cost_upper_micros) : 0;
}

export function questionOf(definition: JobDefinition, estimate: CostEstimate): Question {
  const { environment } = definition;
  const cost_ceiling_micros = costCeiling(definition, estimate);
  const asked = { definition: definitionJson(definition), environment, cost_ceiling_usd: usdOf(cost_ceiling_micros) };
  return { definition_sha256: sha256Of(asked), environment, cost_ceiling_micros };
}
