/** What operators order of an agent: row and event in one. */
import { z } from 'zod';
import { checkMatch } from '../access/if-match.ts';
import type { Agent } from '../agents/agent.ts';
import { stateAfter, type Order } from '../agents/lifecycle.ts';
import { moveAgent } from '../agents/move-agent.ts';
import { lockAgent } from '../agents/store.ts';
import { refuse } from '../outcomes.ts';
import type { Tx } from '../platform/platform.ts';
import type { Json } from '../platform/wire.ts';
import { roomHint } from '../tasks/queue-name.ts';

export const IsolateInput = z
  .strictObject({ reason: z.string().min(1).max(1000).describe('kept in the record') })
  .meta({ id: 'IsolateInput' });

/** Which agent, and in which version. */
export interface Ordered {
  agent_id: string;
  if_match?: string | undefined;
}

/** What events call it. */
const told: Record<Order, string> = { isolate: 'isolated', drain: 'draining', restore: 'restored' };

/** Locks the agent, so that a claim comes before the order or after it. Refuses `not_found` and `stale`. */
export async function lockOrdered(tx: Tx, { agent_id, if_match }: Ordered): Promise<Agent> {
  const agent = (await lockAgent(tx, { id: agent_id })) ?? refuse('not_found');
  checkMatch(if_match, agent.version);
  return agent;
}

interface Obeyed {
  order: Order;
  /** What the event calls it; usually by the order. */
  as?: string;
  actor: string;
  data?: Record<string, Json>;
}

/** Moves a locked agent; nothing happens where it is so already. Its claims that wait look again. Refuses `conflict`. */
export async function obey(
  tx: Tx,
  agent: Agent,
  { order, as = told[order], actor, data = {} }: Obeyed,
): Promise<Agent> {
  const state = stateAfter(agent.state, order);
  if (state === agent.state) return agent;
  tx.hint(roomHint(agent.id));
  const since = order === 'restore' ? { restored_at: tx.at } : {};
  return moveAgent(tx, agent, { is: { state, ...since }, happening: { type: as, actor, data } });
}
