/** retireAgent: the agent may not call any more. Its tasks go back when their leases run out; its mail is given up. */
import { disablePrincipal } from '../access/change-principal.ts';
import type { Caller } from '../access/caller.ts';
import { checkMatch } from '../access/if-match.ts';
import type { Agent } from '../agents/agent.ts';
import { moveAgent } from '../agents/move-agent.ts';
import { lockAgent } from '../agents/store.ts';
import { closeMailboxes } from '../messages/mailbox.ts';
import type { Happening } from '../events/record.ts';
import { refuse } from '../outcomes.ts';
import type { Platform, Tx } from '../platform/platform.ts';

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
    await retire(tx, agent, { actor: caller.id, data: {} });
  });

/** The agent is locked. */
export async function retire(tx: Tx, agent: Agent, said: Pick<Happening, 'actor' | 'data'>): Promise<void> {
  await disablePrincipal(tx, { id: agent.id, actor: said.actor });
  await moveAgent(tx, agent, { is: { state: 'retired' }, happening: { type: 'retired', ...said } });
  await closeMailboxes(tx, agent.id);
}
