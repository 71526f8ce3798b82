/** To whom messages go: an agent, whoever has a capability, or a copy to each agent of a role. */
import type { AgentRole } from '../access/caller.ts';
import { agentsOfRole } from '../agents/store.ts';
import { refuse } from '../outcomes.ts';
import type { Reads } from '../platform/platform.ts';
import { agentMailbox, capabilityMailbox, capabilityOf } from './mailbox.ts';
import { mostMessages, type OneMessage } from './message.ts';

/** A message to one mailbox. */
export interface Addressed {
  message: OneMessage;
  mailbox: string;
  to_agent: string | null;
}

/**
 * Each message as often as it is to be stored. Roles are those of agents as they are registered now. Refuses
 * `channel_closed` for a role that nobody else has, and `too_many_messages`.
 */
export async function addressed(reads: Reads, from_id: string, messages: readonly OneMessage[]): Promise<Addressed[]> {
  const byRole = new Map<AgentRole, string[]>();
  for (const role of new Set(messages.flatMap(({ to_role }) => to_role ?? [])))
    byRole.set(role, await othersOfRole(reads, role, from_id));
  const all = messages.flatMap((message) => copiesOf(message, byRole));
  if (all.length > mostMessages) refuse('too_many_messages');
  return all;
}

function copiesOf(message: OneMessage, byRole: ReadonlyMap<AgentRole, string[]>): Addressed[] {
  const { to_agent, to_capability, to_role } = message;
  if (to_capability !== undefined) return [{ message, mailbox: capabilityMailbox(to_capability), to_agent: null }];
  const agents = to_role === undefined ? [to_agent ?? ''] : (byRole.get(to_role) ?? []);
  return agents.map((id) => ({ message, mailbox: agentMailbox(id), to_agent: id }));
}

async function othersOfRole(reads: Reads, role: AgentRole, from_id: string): Promise<string[]> {
  const ids = (await agentsOfRole(reads, { role, limit: mostMessages + 2 })).map(({ id }) => id);
  const others = ids.filter((id) => id !== from_id);
  return others.length > 0
    ? others
    : refuse('channel_closed', { detail: `There is no other agent of the role ${role}.` });
}

/** The mailbox in words. */
export function whoIs(mailbox: string): string {
  const capability = capabilityOf(mailbox);
  return capability === null
    ? `agent ${mailbox.slice(agentMailbox('').length)}`
    : `agent with the capability ${capability}`;
}
