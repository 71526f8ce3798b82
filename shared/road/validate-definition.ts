/** validateDefinition: what would happen to a job, without storing anything. */
import { z } from 'zod';
import { json } from '../platform/wire.ts';
import type { Platform } from '../platform/platform.ts';
import { usdOf } from '../platform/money.ts';
import type { Caller } from '../access/caller.ts';
import { previewWorkflow } from '../approvals/preview.ts';
import { heldAgainstBudget } from '../estimates/estimate.ts';
import type { JobDefinition } from '../jobs/definition.ts';
import { checkReadiness } from '../readiness/check.ts';
import { verifiersFor } from '../readiness/checks/verifiers.ts';
import { Readiness, readinessOf } from '../readiness/readiness.ts';
import { refuseUnknownUnits } from '../resources/units.ts';
import { warningsAbout } from '../jobs/warnings.ts';
import { estimateOf, limitsOf, payloadTokens } from './estimate.ts';
import { EstimateAnswer } from './job-answer.ts';
import { estimateAnswer } from './read.ts';
import { foreseeAgents } from './verify/hear-agents.ts';
import { isByAgent } from './verify/request.ts';

export const Validation = z
  .strictObject({
    is_valid: z.boolean().describe('it would come to its question as things stand'),
    estimate: EstimateAnswer,
    within_budget: z.boolean(),
    over: z.strictObject({ code: z.string(), detail: z.string() }).nullable(),
    validation: Readiness,
    policy: z.strictObject({ workflow: z.string(), cost_ceiling_usd: z.number(), tree: z.array(json) }),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'Validation' });

/** Estimate, readiness, the policy that would apply, and what looks odd. Refuses `unknown_unit`. */
export async function validateDefinition(
  platform: Platform,
  caller: Caller,
  definition: JobDefinition,
): Promise<z.input<typeof Validation>> {
  refuseUnknownUnits(definition.required_resources);
  const { read } = platform.db;
  const estimate = await estimateOf(read, definition, await payloadTokens(definition));
  const over = heldAgainstBudget(estimate, limitsOf(definition));
  const readiness = await foreseen(platform, definition);
  const policy = previewWorkflow({ definition, estimate, readiness, requester: caller });
  return {
    is_valid: over === undefined && readiness.is_ready,
    estimate: estimateAnswer(estimate),
    within_budget: over === undefined,
    over: over ?? null,
    validation: readiness,
    policy: { workflow: policy.workflow.name, cost_ceiling_usd: usdOf(policy.cost_ceiling_micros), tree: policy.tree },
    warnings: [...warningsAbout(definition), ...readiness.warnings],
  };
}

/** As for a job, but that verifiers which are agents are not asked: that would have to be stored. */
async function foreseen(platform: Platform, definition: JobDefinition): Promise<Readiness> {
  const verifiers = await verifiersFor(platform.db.read, definition);
  const own = await checkReadiness(platform, { definition }, verifiers);
  return readinessOf([...own.checks, ...(await foreseeAgents(platform, verifiers.filter(isByAgent)))]);
}
