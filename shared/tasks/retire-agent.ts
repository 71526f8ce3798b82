/** retireAgent: the agent may not call any more. Its tasks go back when their leases run out; its mail is given up. */
import { disablePrincipal } from '../access/change-principal.ts';
import type { Caller } from '../access/caller.ts';
import { checkMatch } from '../access/if-match.ts';
import { moveAgent } from '../agents/move-agent.ts';
import { lockAgent } from '../agents/store.ts';
import { closeMailboxes } from '../messages/mailbox.ts';
import { refuse } from '../outcomes.ts';
import type { Platform } from '../platform/platform.ts';

/** Refuses `not_found`, also when it is retired already, and `stale`. */
export const retireAgent = (
  platform: Platform,
  caller: Caller,
  { agent_id, if_match }: { agent_id: string; if_match?: string | undefined },
): Promise<void> =>
  platform.db.transaction('retireAgent', async (tx) => {
    const agent = await lockAgent(tx, { id: agent_id });
    if (agent === undefined || agent.state === 'retired') refuse('not_found');
    checkMatch(if_match, agent.version);
    await disablePrincipal(tx, { id: agent_id, actor: caller.id });
    const happening = { type: 'retired', actor: caller.id, data: {} };
    await moveAgent(tx, agent, { is: { state: 'retired' }, happening });
    await closeMailboxes(tx, agent_id);
  });
