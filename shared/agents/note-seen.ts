/** Signs of life, and who hears of an agent that is able to work again. */
import type { Tx } from '../platform/platform.ts';
import type { Json } from '../platform/wire.ts';
import { awaitedAgent, awaitedCategory, stateAt, type Agent } from './agent.ts';
import { touchAgent } from './store.ts';

/** The agent has called. Its row is locked. Wakes jobs that wait for it when it had been silent. */
export async function noteSeen(tx: Tx, agent: Agent, load: Record<string, Json> | null): Promise<void> {
  await touchAgent(tx, { id: agent.id, load });
  if (stateAt(agent, tx.at, tx.config.AGENT_HEARTBEAT_INTERVAL) !== 'active') wakeFor(tx, agent);
}

/** Whether it is time to write down that the agent has called: claims do so a few times an interval at most. */
export const isSeenLate = ({ last_seen_at }: Pick<Agent, 'last_seen_at'>, at: Date, intervalSeconds: number): boolean =>
  last_seen_at === null || at.getTime() - last_seen_at.getTime() >= (intervalSeconds / 4) * 1000;

/** Jobs that were blocked for this agent, or for a head of its categories, look again. */
export function wakeFor(tx: Tx, { id, role, categories }: Pick<Agent, 'id' | 'role' | 'categories'>): void {
  tx.ring('wake', awaitedAgent(id));
  if (role === 'category_head') for (const category of categories) tx.ring('wake', awaitedCategory(category));
}
