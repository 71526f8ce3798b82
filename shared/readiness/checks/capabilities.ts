/** Capabilities: for each step that is addressed to nobody there is somebody who may take it. */
import { awaitedCapability, type Agent } from '../../agents/agent.ts';
import { agentsWithAny } from '../../agents/read.ts';
import type { JobDefinition } from '../../jobs/definition.ts';
import { capabilitySets } from '../../jobs/plan-steps.ts';
import type { Platform } from '../../platform/platform.ts';
import { failed, passed, type Finding, type ReadinessCheck } from '../readiness.ts';
import { timed } from '../timed.ts';

/** A plan without such steps costs nothing. */
export async function checkCapabilities(
  { db, clock }: Platform,
  { plan }: Pick<JobDefinition, 'plan'>,
): Promise<ReadinessCheck[]> {
  const sets = capabilitySets(plan);
  if (sets.length === 0) return [];
  return timed(clock, async () => {
    const agents = await agentsWithAny(db.read, [...new Set(sets.flat())]);
    return sets.map((set) => capabilityFinding(set, agents));
  });
}

/** Of several capabilities the first is waited for: whoever comes with all of them comes with that one. Pure. */
export function capabilityFinding(
  set: readonly string[],
  agents: readonly Pick<Agent, 'id' | 'state' | 'capabilities'>[],
): Finding {
  const name = awaitedCapability(set.join(':'));
  const words = set.map((word) => `"${word}"`).join(' and ');
  const capable = agents.filter(({ capabilities }) => set.every((word) => capabilities.includes(word)));
  const there = capable.filter(({ state }) => state === 'active' || state === 'suspect').map(({ id }) => id);
  if (there.length > 0) return passed(name, `${there.join(', ')} may take it.`);
  const known = capable.map(({ id, state }) => `${id} is ${state}`).join(', ');
  return failed(
    name,
    `No agent with the ${set.length > 1 ? 'capabilities' : 'capability'} ${words} can take a task${known === '' ? '' : `: ${known}`}.`,
    'Register one with PUT /v1/agents/{agent_id}, and start it.',
  );
}
