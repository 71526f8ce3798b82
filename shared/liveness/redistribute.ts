/** The second step of a recovery: what an agent holds goes to others. */
import type { Agent } from '../agents/agent.ts';
import { moveAgent } from '../agents/move-agent.ts';
import type { Tx } from '../platform/platform.ts';
import { takeBackAll } from '../tasks/sweep.ts';

/**
 * Withdraws the leases of a locked agent by their fences. Each task goes back to its queue with its attempt counted; one
 * that was told to stop or has no attempt left ends. The event counts them.
 */
export async function redistribute(tx: Tx, agent: Agent, actor: string): Promise<Agent> {
  const { queued, ended } = await takeBackAll(tx, agent.id);
  return moveAgent(tx, agent, { is: {}, happening: { type: 'redistributed', actor, data: { queued, ended } } });
}
