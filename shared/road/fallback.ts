/** What the decision about a fallback is made by, as things stand when the plan starts. */
import type { Tx } from '../platform/platform.ts';
import { agentsByIds } from '../agents/read.ts';
import { aloneBecause } from '../deployments/fallback.ts';
import { agentPace, pacesOf } from '../estimates/durations.ts';
import { agentsOf, type JobDefinition } from '../jobs/definition.ts';

/** Why the primary agent is to run alone; undefined: the plan is run whole. Reads nothing where there is no fallback. */
export async function fallbackReason(
  tx: Tx,
  definition: JobDefinition,
  task_limit_seconds: number,
): Promise<string | undefined> {
  if (definition.fallback === undefined) return undefined;
  const ids = agentsOf(definition);
  const agents = await agentsByIds(tx, ids);
  const present = agents.filter(({ state }) => state === 'active' || state === 'suspect').map(({ id }) => id);
  const paces = await pacesOf(tx, ids.map(agentPace));
  const byAgent = new Map(ids.map((id) => [id, paces.get(agentPace(id))]));
  return aloneBecause(definition, { present: new Set(present), paces: byAgent, task_limit_seconds });
}
