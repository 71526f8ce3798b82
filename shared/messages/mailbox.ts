/** Whose mail a message is: one agent's, or that of whoever has a capability and takes it first. */
import type { Agent } from '../agents/agent.ts';
import type { Tx } from '../platform/platform.ts';
import { closeMailbox, deleteMailbox, insertMailbox, mailboxesOf, openMailbox } from './store/mailboxes.ts';

export const agentMailbox = (agent_id: string): string => `agent:${agent_id}`;

const ofCapability = 'capability:';
export const capabilityMailbox = (capability: string): string => ofCapability + capability;

/** The capability that a mailbox is of; null for an agent's own. */
export const capabilityOf = (mailbox: string): string | null =>
  mailbox.startsWith(ofCapability) ? mailbox.slice(ofCapability.length) : null;

/** Where waiting receivers hear of new messages. */
export const mailHint = (mailbox: string): string => `messages:${mailbox}`;

/** After an agent is new, back, or its capabilities have changed; its row is locked. */
export async function matchMailboxes(tx: Tx, { id, capabilities }: Pick<Agent, 'id' | 'capabilities'>): Promise<void> {
  const own = agentMailbox(id);
  const served = new Set([own, ...capabilities.map(capabilityMailbox)]);
  const known = new Map((await mailboxesOf(tx, { agent_id: id })).map((row) => [row.mailbox, row]));
  for (const mailbox of known.keys()) if (!served.has(mailbox)) await deleteMailbox(tx, { mailbox, agent_id: id });
  for (const mailbox of served) if (!known.has(mailbox)) await insertMailbox(tx, { mailbox, agent_id: id });
  if ((known.get(own)?.closed_at ?? null) !== null) await openMailbox(tx, { mailbox: own, agent_id: id });
  tx.hint(mailHint(own));
}

/** After an agent was retired; its row is locked. What still comes to its own mailbox the sweep gives up. */
export async function closeMailboxes(tx: Tx, agent_id: string): Promise<void> {
  const own = agentMailbox(agent_id);
  for (const { mailbox } of await mailboxesOf(tx, { agent_id })) {
    if (mailbox !== own) await deleteMailbox(tx, { mailbox, agent_id });
  }
  await closeMailbox(tx, { mailbox: own, agent_id });
}
