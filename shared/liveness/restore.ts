/** restoreAgent: an agent that was isolated or drains takes work again. */
import { settleOpenItem } from '../access/action-items.ts';
import type { Caller } from '../access/caller.ts';
import type { AgentAnswer } from '../agents/agent.ts';
import { wakeFor } from '../agents/note-seen.ts';
import { answerFor } from '../agents/read.ts';
import type { Platform } from '../platform/platform.ts';
import { notRecovered } from './escalate.ts';
import { lockOrdered, obey, type Ordered } from './order.ts';
import { deleteRecovery } from './store.ts';

/**
 * Jobs that are blocked for it look again, and people need not look at it any more. Restoring an active agent changes nothing. Refuses `not_found`, `stale`, and
 * `conflict` for a retired one, which is registered again.
 */
export const restoreAgent = (platform: Platform, caller: Caller, ordered: Ordered): Promise<AgentAnswer> =>
  platform.db.transaction('restoreAgent', async (tx) => {
    const was = await lockOrdered(tx, ordered);
    await deleteRecovery(tx, { agent_id: was.id });
    const is = await obey(tx, was, { order: 'restore', actor: caller.id });
    if (is !== was) wakeFor(tx, is);
    await settleOpenItem(tx, { code: notRecovered, subject: was.id, by: caller.id });
    return answerFor(tx, ordered.agent_id);
  });
