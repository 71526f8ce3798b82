/** Matches an agent with the queues it can serve: its own, and those whose capabilities it all has. */
import type { Agent } from '../agents/agent.ts';
import type { Tx } from '../platform/platform.ts';
import { agentQueue, roomHint } from './queue-name.ts';
import { capabilityQueues, deleteMatch, findQueue, insertMatch, insertQueue, queuesOfAgent } from './store/queues.ts';

/** After an agent is new or its capabilities have changed. The lock of the matching is held, and then that of its row. */
export async function matchQueues(tx: Tx, agent: Pick<Agent, 'id' | 'capabilities'>): Promise<void> {
  const own = agentQueue(agent.id);
  if ((await findQueue(tx, { id: own })) === undefined) await insertQueue(tx, { id: own, capabilities: [] });
  const served = new Set([own, ...servedBy(agent, await capabilityQueues(tx, {}))]);
  const known = new Set((await queuesOfAgent(tx, { agent_id: agent.id })).map(({ queue_id }) => queue_id));
  for (const queue_id of known) if (!served.has(queue_id)) await deleteMatch(tx, { agent_id: agent.id, queue_id });
  for (const queue_id of served) if (!known.has(queue_id)) await insertMatch(tx, { agent_id: agent.id, queue_id });
  tx.hint(roomHint(agent.id));
}

const servedBy = (
  { capabilities }: Pick<Agent, 'capabilities'>,
  queues: readonly { id: string; capabilities: string[] }[],
): string[] =>
  queues.filter((queue) => queue.capabilities.every((word) => capabilities.includes(word))).map(({ id }) => id);
