/** isolateAgent: the agent takes no new work, and what it holds goes to others. */
import type { Caller } from '../access/caller.ts';
import type { Agent, AgentAnswer } from '../agents/agent.ts';
import { moveAgent } from '../agents/move-agent.ts';
import { answerFor } from '../agents/read.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { mask } from '../platform/telemetry/mask.ts';
import { lockOrdered, obey, type Ordered } from './order.ts';
import { redistribute } from './redistribute.ts';
import { deleteRecovery } from './store.ts';

/**
 * Until an operator restores it: an isolated agent that was to recover by itself does not any more. Isolating it twice
 * changes nothing. Refuses `not_found`, `stale`, and `conflict` for a retired one.
 */
export const isolateAgent = (
  platform: Platform,
  caller: Caller,
  { reason, ...ordered }: Ordered & { reason: string },
): Promise<AgentAnswer> =>
  platform.db.transaction('isolateAgent', async (tx) => {
    const agent = await lockOrdered(tx, ordered);
    const [over] = await deleteRecovery(tx, { agent_id: agent.id });
    const why = { reason: mask(reason), actor: caller.id };
    const wasRecovering = over !== undefined && over.began_at !== null;
    if (agent.state === 'isolated' && wasRecovering) await keepIsolated(tx, agent, why);
    else await isolate(tx, agent, why);
    return answerFor(tx, agent.id);
  });

interface Why {
  reason: string;
  actor: string;
}

/** The first two steps of a recovery: isolates a locked agent and redistributes what it holds, an event each. Refuses `conflict`. */
export async function isolate(tx: Tx, agent: Agent, { reason, actor }: Why): Promise<void> {
  const isolated = await obey(tx, agent, { order: 'isolate', actor, data: { reason } });
  if (isolated !== agent) await redistribute(tx, isolated, actor);
}

const keepIsolated = (tx: Tx, agent: Agent, { reason, actor }: Why): Promise<Agent> =>
  moveAgent(tx, agent, { is: {}, happening: { type: 'kept_isolated', actor, data: { reason } } });
