/** Writes what is said of an agent: its principal, its row with one event, and what it is found by. */
import { hasRole, ownerOf, type Caller } from '../access/caller.ts';
import { writePrincipal } from '../access/change-principal.ts';
import { checkMatch } from '../access/if-match.ts';
import { nextEvent, newStream, record } from '../events/record.ts';
import { refuse } from '../outcomes.ts';
import type { Tx } from '../platform/platform.ts';
import type { Agent, RegisterAgent } from './agent.ts';
import { moveAgent } from './move-agent.ts';
import { noteSeen } from './note-seen.ts';
import { insertAgent, lockAgent } from './store.ts';
import { deleteCapabilities, deleteCategories, insertCapability, insertCategory } from './store/matches.ts';

export interface AgentPut extends RegisterAgent {
  agent_id: string;
  if_match?: string | undefined;
}

interface Put {
  put: AgentPut;
  /** Where the secret of a new endpoint is kept; null: the endpoint is none, or stays. */
  endpoint_secret_id: string | null;
}

/**
 * Creates or changes an agent; what is left out stays. Saying what stands writes no event; a retired agent that an
 * admin registers is active again. Refuses `stale`, `name_taken`, `invalid` (`/owner_id`), and `not_found` to an agent that does
 * not exist yet, or is retired. Gives the agent before, if there was one, and as it is.
 */
export async function putAgent(
  tx: Tx,
  caller: Caller,
  { put, endpoint_secret_id }: Put,
): Promise<{ was: Agent | undefined; is: Agent }> {
  const was = await lockAgent(tx, { id: put.agent_id });
  const isGone = was === undefined || was.state === 'retired';
  if (isGone && !hasRole(caller, 'admin')) refuse('not_found'); // one that is retired while it registers itself stays so
  checkMatch(put.if_match, was?.version ?? 0);
  const said = saidOf(was ?? blank(tx, caller, put.agent_id), put);
  const is = {
    ...said,
    endpoint_secret_id: said.endpoint === null ? null : (endpoint_secret_id ?? said.endpoint_secret_id),
  };
  await writePrincipal(tx, {
    id: is.id,
    kind: 'agent',
    name: is.id,
    roles: [is.role],
    owner_id: is.owner_id,
    actor: caller.id,
  });
  const written = was === undefined ? await create(tx, caller, is) : await change(tx, caller, { was, is });
  if (caller.id === is.id) await noteSeen(tx, written, written);
  return { was, is: written };
}

const blank = (tx: Tx, caller: Caller, id: string): Agent => ({
  id,
  version: 0,
  head_hash: '',
  role: 'worker',
  state: 'active',
  capabilities: [],
  categories: [],
  owner_id: ownerOf(caller),
  max_concurrent_tasks: 1,
  endpoint: null,
  endpoint_secret_id: null,
  model: null,
  agent_version: null,
  card: null,
  load: null,
  last_seen_at: null,
  measured_capacity: null,
  restored_at: null,
  created_at: tx.at,
});

/** Words are kept sorted, each once. */
function saidOf(row: Agent, { agent_id: _, if_match: __, ...put }: AgentPut): Agent {
  const given = Object.fromEntries(Object.entries(put).filter(([, value]) => value !== undefined)) as Partial<Agent>;
  const said = { ...row, ...given, state: row.state === 'retired' ? ('active' as const) : row.state };
  return { ...said, capabilities: words(said.capabilities), categories: words(said.categories) };
}

const words = (given: readonly string[]): string[] => [...new Set(given)].toSorted();

async function create(tx: Tx, caller: Caller, agent: Agent): Promise<Agent> {
  const event = nextEvent(tx, newStream(`agent:${agent.id}`), {
    type: 'registered',
    actor: caller.id,
    data: factsOf(agent),
  });
  const row = { ...agent, version: event.number, head_hash: event.hash };
  await insertAgent(tx, row);
  record(tx, event);
  await findBy(tx, row);
  return row;
}

async function change(tx: Tx, caller: Caller, { was, is }: { was: Agent; is: Agent }): Promise<Agent> {
  const [before, after] = [was, is].map((agent) => JSON.stringify({ ...factsOf(agent), ...unrecorded(agent) }));
  if (before === after) return was;
  const type = was.state === 'retired' ? 'restored' : 'changed';
  const since = type === 'restored' ? { restored_at: tx.at } : {};
  const happening = { type, actor: caller.id, data: factsOf(is) };
  const moved = await moveAgent(tx, was, { is: { ...is, ...since }, happening });
  await findBy(tx, moved);
  return moved;
}

/** What an event tells. */
const factsOf = (agent: Agent) => ({
  role: agent.role,
  state: agent.state,
  capabilities: agent.capabilities,
  categories: agent.categories,
  owner_id: agent.owner_id,
  max_concurrent_tasks: agent.max_concurrent_tasks,
  endpoint: agent.endpoint,
  model: agent.model,
  agent_version: agent.agent_version,
});

/** What changes the row and is not for the record. */
const unrecorded = ({ card, load, endpoint_secret_id }: Agent) => ({ card, load, endpoint_secret_id });

async function findBy(tx: Tx, { id, categories, capabilities }: Agent): Promise<void> {
  await deleteCategories(tx, { agent_id: id });
  for (const category of categories) await insertCategory(tx, { agent_id: id, category });
  await deleteCapabilities(tx, { agent_id: id });
  for (const capability of capabilities) await insertCapability(tx, { agent_id: id, capability });
}
