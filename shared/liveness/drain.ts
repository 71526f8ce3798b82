/** drainAgent: the agent finishes what it holds and takes no more. */
import type { Caller } from '../access/caller.ts';
import type { AgentAnswer } from '../agents/agent.ts';
import { answerFor } from '../agents/read.ts';
import type { Platform } from '../platform/platform.ts';
import { lockOrdered, obey, type Ordered } from './order.ts';

/**
 * It is told at its next heartbeat. Draining a draining agent changes nothing. Refuses `not_found`, `stale`, and
 * `conflict` for an isolated or retired one.
 */
export const drainAgent = (platform: Platform, caller: Caller, ordered: Ordered): Promise<AgentAnswer> =>
  platform.db.transaction('drainAgent', async (tx) => {
    await obey(tx, await lockOrdered(tx, ordered), { order: 'drain', actor: caller.id });
    return answerFor(tx, ordered.agent_id);
  });
