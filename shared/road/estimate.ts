/** estimateJob: tokens and dollars before anything is spent, held against the job's own limits. */
import type { Reads } from '../platform/platform.ts';
import { storeEstimate } from '../deployments/store.ts';
import { estimateFor, heldAgainstBudget, type Estimate } from '../estimates/estimate.ts';
import { countTokens } from '../estimates/tokens.ts';
import { agentsOf, type JobDefinition } from '../jobs/definition.ts';
import { microsOf } from '../platform/money.ts';
import { modelOf } from '../agents/store.ts';
import { moveJob } from '../jobs/move.ts';
import { currentDeployment, type CurrentDeployment } from './current.ts';
import { block, readingStage } from './stage.ts';

interface Found {
  deployment: CurrentDeployment;
  estimate: Estimate;
}

export const estimateJob = readingStage<Found>('estimateJob', {
  state: 'submitted',
  work: async ({ db }, job) => {
    const deployment = await currentDeployment(db.read, job);
    const { definition } = deployment;
    return { deployment, estimate: await estimateOf(db.read, definition, await payloadTokens(definition)) };
  },
  commit: async (tx, job, { deployment, estimate }) => {
    const against = heldAgainstBudget(estimate, limitsOf(deployment.definition));
    if (against === undefined) await moveJob(tx, job, { type: 'estimated' });
    else await block(tx, job, against);
    await storeEstimate(tx, { id: deployment.id, estimate });
  },
});

/** Tokens of a single call's prompt; null where the definition carries none. */
export const payloadTokens = async ({ payload }: JobDefinition): Promise<number | null> =>
  payload === undefined ? null : countTokens(payload);

/** The estimate of a definition. Reads only, also for a validation that stores nothing. */
export async function estimateOf(
  reads: Reads,
  definition: JobDefinition,
  payload_tokens: number | null,
): Promise<Estimate> {
  const tasks = definition.plan ?? agentsOf(definition);
  const calls = definition.required_tools.reduce((total, tool) => total + tool.estimated_calls, 0);
  return estimateFor(reads, {
    job_name: definition.job_name,
    model: await modelFor(reads, definition),
    estimated_calls: Math.max(calls, tasks.length),
    payload_tokens,
  });
}

/** The model whose price counts: the definition's, else the one that its agent registered. */
export const modelFor = async (reads: Reads, { model, primary_agent }: JobDefinition): Promise<string | null> =>
  model ?? (await modelOf(reads, primary_agent));

export const limitsOf = ({ max_budget_usd, max_tokens }: JobDefinition) => ({
  max_budget_micros: max_budget_usd === undefined ? null : microsOf(max_budget_usd),
  max_tokens: max_tokens ?? null,
});
