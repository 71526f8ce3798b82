/** Agents. */
import { now, store } from '../platform/database/statement.ts';
import type { AgentRole } from '../access/caller.ts';
import type { Reads } from '../platform/platform.ts';
import type { Agent } from './agent.ts';

const { all, first, among, change } = store<{
  agents: Agent;
  agent_categories: { category: string; agent_id: string };
  principals: { id: string; disabled_at: Date | null };
}>();

/** As expressions come back: text where the database has no type of its own for a time. */
export interface Dated {
  at: Date | string;
}

export const findAgent = first((q, p: { id: string }) =>
  q.selectFrom('agents').selectAll().select(now().as('at')).where('id', '=', p.id),
);

/** Locks the row until the transaction ends: an agent's claims and heartbeats come one after the other. */
export const lockAgent = first((q, p: { id: string }) =>
  q.selectFrom('agents').selectAll().where('id', '=', p.id).forUpdate(),
);

/** Locks the row of an agent that calls, and gives the database's time with what matters for that. */
export const lockCalling = first((q, p: { id: string }) =>
  q
    .selectFrom('agents')
    .select(['id', 'state', 'role', 'capabilities', 'categories', 'last_seen_at'])
    .select(now().as('at'))
    .where('id', '=', p.id)
    .forUpdate(),
);

/** A sign of life of an active agent, unless there was one since `from_now_seconds`, which is negative. It is locked. */
export const noteCall = change((q, p: { id: string; from_now_seconds: number }) =>
  q
    .updateTable('agents')
    .set({ last_seen_at: now() })
    .where('id', '=', p.id)
    .where('state', '=', 'active')
    .where((row) => row.or([row('last_seen_at', 'is', null), row('last_seen_at', '<=', now(p.from_now_seconds))])),
);

type Written = Omit<Agent, 'created_at' | 'last_seen_at' | 'measured_capacity'>;

export const insertAgent = change((q, p: Written & Pick<Agent, 'last_seen_at' | 'measured_capacity'>) =>
  q.insertInto('agents').values({
    id: p.id,
    version: p.version,
    head_hash: p.head_hash,
    role: p.role,
    state: p.state,
    capabilities: p.capabilities,
    categories: p.categories,
    owner_id: p.owner_id,
    max_concurrent_tasks: p.max_concurrent_tasks,
    endpoint: p.endpoint,
    endpoint_secret_id: p.endpoint_secret_id,
    model: p.model,
    agent_version: p.agent_version,
    card: p.card,
    load: p.load,
    last_seen_at: p.last_seen_at,
    measured_capacity: p.measured_capacity,
    restored_at: p.restored_at,
    created_at: now(),
  }),
);

/** Guarded by the version read. */
export const updateAgent = change((q, p: Written & { was: number }) =>
  q
    .updateTable('agents')
    .set({
      version: p.version,
      head_hash: p.head_hash,
      role: p.role,
      state: p.state,
      capabilities: p.capabilities,
      categories: p.categories,
      owner_id: p.owner_id,
      max_concurrent_tasks: p.max_concurrent_tasks,
      endpoint: p.endpoint,
      endpoint_secret_id: p.endpoint_secret_id,
      model: p.model,
      agent_version: p.agent_version,
      card: p.card,
      load: p.load,
      restored_at: p.restored_at,
    })
    .where('id', '=', p.id)
    .where('version', '=', p.was)
    .returning('id'),
);

/** A sign of life. The row is locked. */
export const touchAgent = change((q, p: Pick<Agent, 'id' | 'load' | 'measured_capacity'>) =>
  q
    .updateTable('agents')
    .set({ last_seen_at: now(), load: p.load, measured_capacity: p.measured_capacity })
    .where('id', '=', p.id),
);

/** Without those whose owner is disabled: they may not call. */
export const headsIn = all((q, p: { category: string }) =>
  q
    .selectFrom('agents')
    .innerJoin('agent_categories', 'agent_categories.agent_id', 'agents.id')
    .innerJoin('principals as owner', 'owner.id', 'agents.owner_id')
    .select(['agents.id', 'agents.owner_id', 'agents.role', 'agents.state', 'agents.categories'])
    .select(['agents.capabilities', 'agents.endpoint', 'agents.last_seen_at', now().as('at')])
    .where('agent_categories.category', '=', p.category)
    .where('agents.role', '=', 'category_head')
    .where('owner.disabled_at', 'is', null)
    .orderBy('agents.id'),
);

export const agentsAfter = all((q, p: { after: string; limit: number }) =>
  q.selectFrom('agents').selectAll().select(now().as('at')).where('id', '>', p.after).orderBy('id').limit(p.limit),
);

/** Agents that have called and were not heard of since, without those that are called; who is silent for longest comes first. */
export const silentAgents = all((q, p: { from_now_seconds: number; limit: number }) =>
  q
    .selectFrom('agents')
    .select('id')
    .where('state', '<>', 'retired')
    .where('endpoint', 'is', null)
    .where('last_seen_at', '<', now(p.from_now_seconds))
    .orderBy('last_seen_at')
    .orderBy('id')
    .limit(p.limit),
);

export const everyAgent = all((q, _: Record<never, never>) => q.selectFrom('agents').select('id').orderBy('id'));

/** Those of a role that are not retired, by id. */
export const agentsOfRole = all((q, p: { role: AgentRole; limit: number }) =>
  q
    .selectFrom('agents')
    .select('id')
    .where('role', '=', p.role)
    .where('state', '<>', 'retired')
    .orderBy('id')
    .limit(p.limit),
);

export const agentRows = among((q, ids: string[]) =>
  q.selectFrom('agents').selectAll().select(now().as('at')).where('id', 'in', ids).orderBy('id'),
);

const findModel = first((q, p: { id: string }) => q.selectFrom('agents').select('model').where('id', '=', p.id));

/** The model an agent registered, or null. */
export const modelOf = async (on: Reads, id: string): Promise<string | null> =>
  (await findModel(on, { id }))?.model ?? null;
