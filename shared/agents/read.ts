/** Agents as others see them: each with its state as of now. */
import { mayReadAll } from '../access/permissions.ts';
import type { Caller } from '../access/caller.ts';
import { refuse } from '../outcomes.ts';
import { usdOf } from '../platform/money.ts';
import type { Platform, Reads } from '../platform/platform.ts';
import type { Json } from '../platform/wire.ts';
import { effectiveConcurrency, stateAt, type Agent, type AgentAnswer } from './agent.ts';
import { quantile } from './note-outcomes.ts';
import { agentRows, agentsAfter, findAgent, headsIn, type Dated } from './store.ts';
import { capabilityRows } from './store/matches.ts';
import { recordsOf, type AgentRecord } from './store/records.ts';

export type Head = Pick<Agent, 'id' | 'owner_id' | 'role' | 'state' | 'capabilities' | 'categories' | 'endpoint'>;

/** Heads of a category whose owner is not disabled, by id, also those that are silent or retired: their state says so. */
export async function headsOf(reads: Reads, category: string): Promise<Head[]> {
  const rows = await headsIn(reads, { category });
  return rows.map((row) => withState(reads, row)).map(({ last_seen_at: _, ...head }) => head);
}

/** The agents of these ids, by id; those that do not exist are missing. */
export const agentsByIds = async (reads: Reads, ids: readonly string[]): Promise<Agent[]> =>
  (await agentRows(reads, ids)).map((row) => withState(reads, row));

/** The agents that have at least one of these capabilities, by id, also those that are silent or retired: their state says so. */
export async function agentsWithAny(reads: Reads, capabilities: readonly string[]): Promise<Agent[]> {
  const ids = new Set((await capabilityRows(reads, capabilities)).map(({ agent_id }) => agent_id));
  return ids.size === 0 ? [] : agentsByIds(reads, [...ids]);
}

/** Agents by id, those after `after` when it is given. */
export async function listAgents(
  platform: Platform,
  _caller: Caller,
  { after = '', limit }: { after?: string | undefined; limit: number },
): Promise<AgentAnswer[]> {
  const rows = await agentsAfter(platform.db.read, { after, limit });
  return answersFor(
    platform.db.read,
    rows.map((row) => withState(platform.db.read, row)),
  );
}

/** Refuses `not_found`, also an agent that asks for another. */
export async function getAgent(
  platform: Platform,
  caller: Caller,
  { agent_id }: { agent_id: string },
): Promise<AgentAnswer> {
  if (caller.id !== agent_id && !mayReadAll(caller)) refuse('not_found');
  return answerFor(platform.db.read, agent_id);
}

/** The A2A card that the agent has registered, as given. Refuses `not_found`, also where there is none. */
export async function getAgentCard(
  platform: Platform,
  caller: Caller,
  { agent_id }: { agent_id: string },
): Promise<Record<string, Json>> {
  const { card } = await getAgent(platform, caller, { agent_id });
  return card ?? refuse('not_found', { detail: 'The agent has registered no card.' });
}

/** One agent's answer. Refuses `not_found`. */
export async function answerFor(reads: Reads, id: string): Promise<AgentAnswer> {
  const row = await findAgent(reads, { id });
  const [answer] = row === undefined ? [] : await answersFor(reads, [withState(reads, row)]);
  return answer ?? refuse('not_found');
}

async function answersFor(reads: Reads, agents: Agent[]): Promise<AgentAnswer[]> {
  const records = await recordsOf(
    reads,
    agents.map(({ id }) => id),
  );
  const byId = new Map(records.map((record) => [record.agent_id, record]));
  return agents.map((agent) => answerOf(agent, byId.get(agent.id)));
}

const withState = <Row extends Pick<Agent, 'state' | 'last_seen_at'>>(
  reads: Reads,
  { at, ...agent }: Row & Dated,
): Omit<Row & Dated, 'at'> => ({
  ...agent,
  state: stateAt(agent, new Date(at), reads.config.AGENT_HEARTBEAT_INTERVAL),
});

const answerOf = (agent: Agent, record?: AgentRecord): AgentAnswer => ({
  agent_id: agent.id,
  version: agent.version,
  state: agent.state,
  role: agent.role,
  capabilities: agent.capabilities,
  categories: agent.categories,
  owner_id: agent.owner_id,
  max_concurrent_tasks: agent.max_concurrent_tasks,
  measured_capacity: agent.measured_capacity,
  effective_concurrent_tasks: effectiveConcurrency(agent),
  endpoint: agent.endpoint,
  model: agent.model,
  agent_version: agent.agent_version,
  card: agent.card,
  load: agent.load,
  last_seen_at: agent.last_seen_at,
  created_at: agent.created_at,
  record: record === undefined ? null : recordAnswer(record),
});

const recordAnswer = ({ completed, failed, tokens, cost_micros, durations }: AgentRecord) => ({
  completed,
  failed,
  tokens,
  cost_usd: usdOf(cost_micros),
  median_seconds: quantile(durations, 0.5),
  p95_seconds: quantile(durations, 0.95),
});
