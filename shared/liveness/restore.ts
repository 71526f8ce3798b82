/** restoreAgent: an agent that was isolated or drains takes work again. */
import type { Caller } from '../access/caller.ts';
import type { AgentAnswer } from '../agents/agent.ts';
import { wakeFor } from '../agents/note-seen.ts';
import { answerFor } from '../agents/read.ts';
import type { Platform } from '../platform/platform.ts';
import { lockOrdered, obey, type Ordered } from './order.ts';

/**
 * Jobs that are blocked for it look again. Restoring an active agent changes nothing. Refuses `not_found`, `stale`, and
 * `conflict` for a retired one, which is registered again.
 */
export const restoreAgent = (platform: Platform, caller: Caller, ordered: Ordered): Promise<AgentAnswer> =>
  platform.db.transaction('restoreAgent', async (tx) => {
    const was = await lockOrdered(tx, ordered);
    const is = await obey(tx, was, { order: 'restore', actor: caller.id });
    if (is !== was) wakeFor(tx, is);
    return answerFor(tx, ordered.agent_id);
  });
