/** What a queue is called: by what it serves. */

import { hash } from 'node:crypto';

/** A name is a key, and keys of some databases are short. */
const longestName = 256;

/** `agent:<id>` for a task addressed to one agent, else `all:` and its capabilities, sorted, each once; or their hash. */
export const queueOf = ({
  agent_id,
  capabilities,
}: {
  agent_id: string | null;
  capabilities: readonly string[];
}): string =>
  agent_id === null ? short(`all:${[...new Set(capabilities)].toSorted().join(',')}`) : agentQueue(agent_id);

/** No capability has a `#` in its name. */
const short = (text: string): string => (text.length > longestName ? `all:#${hash('sha256', text)}` : text);

const ofAgent = 'agent:';

export const agentQueue = (agent_id: string): string => ofAgent + agent_id;

/** The agent that a queue is for; undefined: it is for whoever has its capabilities. */
export const addressOf = (queue_id: string): string | undefined =>
  queue_id.startsWith(ofAgent) ? queue_id.slice(ofAgent.length) : undefined;

/** Where claims that wait hear of new tasks. */
export const queueHint = (queue_id: string): string => `tasks:${queue_id}`;

/** Where an agent's own waiting claims hear that it has room again, or serves another queue. */
export const roomHint = (agent_id: string): string => `agent:${agent_id}`;
