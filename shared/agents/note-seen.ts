/** Signs of life, and who hears of an agent that is able to work again. */
import type { Tx, Writes } from '../platform/platform.ts';
import { awaitedAgent, awaitedCapability, awaitedCategory, stateAt, type Agent } from './agent.ts';
import { touchAgent } from './store.ts';

/** The agent has called. Its row is locked. Wakes jobs that wait for it when it had been silent and may work. */
export async function noteSeen(tx: Tx, agent: Agent, said: Pick<Agent, 'load' | 'measured_capacity'>): Promise<void> {
  await touchAgent(tx, { id: agent.id, ...said });
  if (agent.state !== 'active') return;
  if (stateAt(agent, tx.at, tx.config.AGENT_HEARTBEAT_INTERVAL) !== 'active') wakeFor(tx, agent);
}

/** It is written down that an agent has called a few times an interval at most: after so many seconds. */
export const seenSeconds = (intervalSeconds: number): number => intervalSeconds / 4;

export const isSeenLate = ({ last_seen_at }: Pick<Agent, 'last_seen_at'>, at: Date, intervalSeconds: number): boolean =>
  last_seen_at === null || at.getTime() - last_seen_at.getTime() >= seenSeconds(intervalSeconds) * 1000;

/** Jobs that were blocked for this agent, for one with a capability that it has, or for a head of its categories, look again. */
export function wakeFor(
  tx: Pick<Writes, 'ring'>,
  { id, role, capabilities, categories }: Pick<Agent, 'id' | 'role' | 'capabilities' | 'categories'>,
): void {
  tx.ring('wake', awaitedAgent(id));
  for (const capability of capabilities) tx.ring('wake', awaitedCapability(capability));
  if (role === 'category_head') for (const category of categories) tx.ring('wake', awaitedCategory(category));
}
