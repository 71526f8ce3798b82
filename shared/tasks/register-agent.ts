/** registerAgent: an admin says what an agent may do, the agent what it is; its queues follow. */
import { hasRole, type Caller } from '../access/caller.ts';
import { isOwnField, type RegisteredAgent } from '../agents/agent.ts';
import { keepEndpointSecret, newEndpointSecret, type EndpointSecret } from '../agents/endpoint.ts';
import { wakeFor } from '../agents/note-seen.ts';
import { putAgent, type AgentPut } from '../agents/put-agent.ts';
import { answerFor } from '../agents/read.ts';
import { findAgent } from '../agents/store.ts';
import { loseRace, refuse } from '../outcomes.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { matchMailboxes } from '../messages/mailbox.ts';
import { matchQueues } from './match-queues.ts';
import { lockQueueMatching } from './store/queues.ts';

/**
 * Idempotent; what is left out stays. A new endpoint gets a new secret, shown in this answer alone. Refuses
 * `forbidden` to an agent that says what only an admin says, `not_found`, `stale`, `invalid`, `name_taken`.
 */
export async function registerAgent(platform: Platform, caller: Caller, put: AgentPut): Promise<RegisteredAgent> {
  const isAdmin = hasRole(caller, 'admin');
  if (!isAdmin) refuseForeign(caller, put);
  const secret = await secretFor(platform, put);
  return platform.db.transaction('registerAgent', async (tx) => {
    if (isAdmin) await lockQueueMatching(tx, {}); // before the agent: who makes a queue waits for agents, by its references
    await register(tx, caller, { put, secret });
    return { ...(await answerFor(tx, put.agent_id)), endpoint_secret: secret?.plain ?? null };
  });
}

/** An agent speaks for itself, and only of what it is. */
function refuseForeign(caller: Caller, { agent_id, if_match: _, ...said }: AgentPut): void {
  if (caller.id !== agent_id) refuse('not_found');
  const foreign = Object.entries(said).filter(([field, value]) => value !== undefined && !isOwnField(field));
  if (foreign.length === 0) return;
  const errors = foreign.map(([field]) => ({ pointer: `/${field}`, message: 'an admin says this' }));
  refuse('forbidden', { detail: 'Of itself an agent says only its model, agent_version, card and load.', errors });
}

/** Sealed before the transaction, when the endpoint is another than now. */
async function secretFor(platform: Platform, { agent_id, endpoint }: AgentPut): Promise<EndpointSecret | undefined> {
  if (endpoint === undefined || endpoint === null) return undefined;
  const known = await findAgent(platform.db.read, { id: agent_id });
  return known?.endpoint === endpoint ? undefined : newEndpointSecret(platform, agent_id);
}

async function register(
  tx: Tx,
  caller: Caller,
  { put, secret }: { put: AgentPut; secret: EndpointSecret | undefined },
): Promise<void> {
  if (secret !== undefined) await keepEndpointSecret(tx, secret);
  const { was, is } = await putAgent(tx, caller, { put, endpoint_secret_id: secret?.id ?? null });
  const moved = is.endpoint !== null && is.endpoint !== was?.endpoint;
  if (moved && secret === undefined) loseRace(); // it was this endpoint when the secret was made
  if (was?.version === is.version) return;
  await matchMailboxes(tx, is);
  if (hasRole(caller, 'admin')) await matchQueues(tx, is); // nobody else says what it can do
  wakeFor(tx, is);
}
