/** The agents that could take a task now, with what a choice between them is made by. */
import { effectiveConcurrency, type Agent } from '../agents/agent.ts';
import { quantile } from '../agents/note-outcomes.ts';
import { agentsWithAny } from '../agents/read.ts';
import { recordsOf, type AgentRecord } from '../agents/store/records.ts';
import type { Reads } from '../platform/platform.ts';
import type { Capable } from './choose-agent.ts';
import { agentQueue } from './queue-name.ts';
import { heldBy, queuedIn } from './store/loads.ts';

/** Those with all the capabilities, in whatever state: who is silent, isolated or retired may come back. */
export const ableAgents = async (reads: Reads, capabilities: readonly string[]): Promise<Agent[]> =>
  (await agentsWithAny(reads, capabilities)).filter((agent) =>
    capabilities.every((word) => agent.capabilities.includes(word)),
  );

/** Those of them that are active, but for `except`. Five statements. */
export async function capableAgents(
  reads: Reads,
  { capabilities, except }: { capabilities: readonly string[]; except: readonly string[] },
): Promise<Capable[]> {
  const able = (await ableAgents(reads, capabilities)).filter(
    ({ id, state }) => state === 'active' && !except.includes(id),
  );
  const ids = able.map(({ id }) => id);
  if (ids.length === 0) return [];
  const held = new Map((await heldBy(reads, ids)).map(({ holder_id, count }) => [holder_id, count]));
  const queued = new Map((await queuedIn(reads, ids.map(agentQueue))).map(({ queue_id, count }) => [queue_id, count]));
  const records = new Map((await recordsOf(reads, ids)).map((record) => [record.agent_id, record]));
  return able.map((agent) => {
    const taken = (held.get(agent.id) ?? 0) + (queued.get(agentQueue(agent.id)) ?? 0);
    return capable(agent, taken, records.get(agent.id));
  });
}

const capable = (agent: Agent, taken: number, record?: AgentRecord): Capable => ({
  id: agent.id,
  room: effectiveConcurrency(agent),
  taken,
  completed: record?.completed ?? 0,
  failed: record?.failed ?? 0,
  median_seconds: quantile(record?.durations ?? [], 0.5),
});
