/** The last step of a recovery: people are told. */
import { raiseActionItem } from '../access/action-items.ts';
import { musterActor } from '../access/caller.ts';
import type { Agent } from '../agents/agent.ts';
import { moveAgent } from '../agents/move-agent.ts';
import type { Tx } from '../platform/platform.ts';

/** What the action item is called; its subject is the agent. */
export const notRecovered = 'agent_not_recovered';

/** An action item and an event. The agent is locked and stays isolated until an operator restores it. */
export async function escalate(tx: Tx, agent: Agent, fault: string): Promise<Agent> {
  const detail = `The agent "${agent.id}" was isolated because it failed too often, and has not come back: ${fault}. Mend it, then restore it with POST /v1/agents/${agent.id}/restore.`;
  await raiseActionItem(tx, { code: notRecovered, subject: agent.id, detail });
  const happening = { type: 'escalated', actor: musterActor, data: { action_item: notRecovered } };
  return moveAgent(tx, agent, { is: {}, happening });
}
