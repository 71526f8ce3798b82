/** A server with the people and agents that a journey needs; everything over HTTP. */
import { clientOf, type Client } from '../../local/client.ts';
import { startServer, type Server } from '../../local/server.ts';
import { readConfig } from '../../shared/platform/config.ts';

export interface Town {
  server: Server;
  url: string;
  admin: Client;
  /** Registers a person with roles and gives a client with a key of theirs. */
  person(id: string, roles: string[]): Promise<Client>;
  /** Registers an agent that `owner` owns and gives a client with a key of its own. */
  agent(id: string, facts: AgentFacts): Promise<Client>;
  close(): Promise<void>;
}

export interface AgentFacts {
  role?: 'worker' | 'category_head' | 'supervisor' | 'observer';
  owner: string;
  categories?: string[];
  capabilities?: string[];
  max_concurrent_tasks?: number;
  endpoint?: string;
  model?: string;
}

/** Quick by default: in memory, on a free port, silent. */
export async function openTown(settings: Record<string, string> = {}): Promise<Town> {
  const config = readConfig({
    MUSTER_DATA: ':memory:',
    PORT: '0',
    LOG_LEVEL: 'silent',
    OUTBOUND_ALLOW: '127.0.0.0/8',
    ...settings,
  });
  const server = await startServer(config);
  if (server.admin_key === undefined) throw new Error('a new server shows its admin key');
  return { ...townAt(server.url, server.admin_key), server, close: server.stop };
}

/** The same over a server that runs elsewhere. */
export function townAt(url: string, admin_key: string): Omit<Town, 'server' | 'close'> {
  const admin = clientOf(url, admin_key);
  const keyed = async (path: string) => clientOf(url, (await admin.post<{ key: string }>(`${path}/keys`)).key);
  return {
    url,
    admin,
    person: async (id, roles) => {
      await admin.put(`/v1/principals/${id}`, { kind: 'person', roles });
      return keyed(`/v1/principals/${id}`);
    },
    agent: async (id, { role = 'worker', owner, ...facts }) => {
      await admin.put(`/v1/agents/${id}`, { role, owner_id: owner, ...facts });
      return keyed(`/v1/agents/${id}`);
    },
  };
}
