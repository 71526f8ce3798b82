/** What would be asked, and of whom, as things stand. Pure. */
import { usdOf } from '../platform/money.ts';
import type { Caller } from '../access/caller.ts';
import { definitionJson } from '../jobs/canonical.ts';
import type { JobDefinition } from '../jobs/definition.ts';
import type { Facts } from './condition.ts';
import { chooseWorkflow, defaultRules, defaultWorkflows, type RuleTried, type Workflow } from './policy.ts';
import { costCeiling, type CostEstimate } from './question.ts';

export interface Asking {
  definition: JobDefinition;
  estimate: CostEstimate;
  readiness: { is_ready: boolean; warnings: readonly string[] };
  requester: Pick<Caller, 'id' | 'owner_id' | 'kind' | 'roles'>;
  /** Which deployment of the job; the first where none is stored. */
  deployment_number?: number;
}

/** The workflow that would decide, why, and the most the job may cost under it. */
export function previewWorkflow(asking: Asking): {
  workflow: Workflow;
  tree: RuleTried[];
  cost_ceiling_micros: number;
} {
  const chosen = chooseWorkflow(defaultRules, defaultWorkflows, factsOf(asking));
  return { ...chosen, cost_ceiling_micros: costCeiling(asking.definition, asking.estimate) };
}

/** What conditions see. `estimate.cost_usd` is the expected value, null without a price. */
export const factsOf = ({ definition, estimate, readiness, requester, deployment_number = 1 }: Asking): Facts => ({
  job: definitionJson(definition),
  estimate: { cost_usd: estimate.priced ? usdOf(estimate.cost_expected_micros) : null },
  readiness: { is_ready: readiness.is_ready, warnings: [...readiness.warnings] },
  requester: { id: requester.id, owner_id: requester.owner_id, kind: requester.kind, roles: [...requester.roles] },
  deployment: { number: deployment_number, rollback_of: null },
  environment: definition.environment,
});
