/** isolateAgent: the agent takes no new work, and what it holds goes to others. */
import type { Caller } from '../access/caller.ts';
import type { Agent, AgentAnswer } from '../agents/agent.ts';
import { answerFor } from '../agents/read.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { mask } from '../platform/telemetry/mask.ts';
import { lockOrdered, obey, type Ordered } from './order.ts';
import { redistribute } from './redistribute.ts';

/**
 * Until an operator restores it. Isolating an isolated agent changes nothing. Refuses `not_found`, `stale`, and
 * `conflict` for a retired one.
 */
export const isolateAgent = (
  platform: Platform,
  caller: Caller,
  { reason, ...ordered }: Ordered & { reason: string },
): Promise<AgentAnswer> =>
  platform.db.transaction('isolateAgent', async (tx) => {
    await isolate(tx, await lockOrdered(tx, ordered), { reason, actor: caller.id });
    return answerFor(tx, ordered.agent_id);
  });

/** Isolates a locked agent and redistributes what it holds, an event each. Refuses `conflict`. */
async function isolate(tx: Tx, agent: Agent, { reason, actor }: { reason: string; actor: string }): Promise<void> {
  const isolated = await obey(tx, agent, { order: 'isolate', actor, data: { reason: mask(reason) } });
  if (isolated !== agent) await redistribute(tx, isolated, actor);
}
