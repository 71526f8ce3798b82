/** Whom a replay needs: a submitter, two heads of each category, and every agent that the log names. */
import { patientClient, type Client } from '../client.ts';
import type { Row } from './rows.ts';

const owners = ['replay-one', 'replay-two', 'replay-three'];

/** How long a call goes on trying while the server is away. */
const patienceSeconds = 30;

export interface Head {
  id: string;
  client: Client;
}

export interface ReplayTown {
  submitter: Client;
  reader: Client;
  /** Three of different owners for each category: a model without a price makes a job critical. */
  heads: Map<string, Head[]>;
  /** A person who may approve. */
  human: Client;
  /** What every definition has beside what its row says. */
  also: object;
  workers: Map<string, Client>;
}

/** Registers everybody; may be called again on a server that knows them. */
export async function openReplayTown({
  url,
  admin_key,
  rows,
}: {
  url: string;
  admin_key: string;
  rows: Row[];
}): Promise<ReplayTown> {
  const admin = patientClient(url, admin_key, patienceSeconds);
  const keyed = async (path: string) =>
    patientClient(url, (await admin.post<{ key: string }>(`${path}/keys`)).key, patienceSeconds);
  const person = async (id: string, roles: string[]) => {
    await admin.put(`/v1/principals/${id}`, { kind: 'person', roles });
    return keyed(`/v1/principals/${id}`);
  };
  const agent = async (id: string, facts: object) => {
    await admin.put(`/v1/agents/${id}`, { owner_id: 'replay-agents', max_concurrent_tasks: 200, ...facts });
    return keyed(`/v1/agents/${id}`);
  };
  const submitter = await person('replay-submitter', ['submitter']);
  const human = await person('replay-human', ['approver']);
  for (const owner of ['replay-agents', ...owners]) await person(owner, []);
  const heads = new Map<string, Head[]>();
  for (const category of new Set(rows.map((row) => row.category))) {
    const register = async (owner: string) => {
      const id = `head-${owner}-${category}`;
      return { id, client: await agent(id, { role: 'category_head', categories: [category], owner_id: owner }) };
    };
    heads.set(category, await Promise.all(owners.map(register)));
  }
  const workers = new Map<string, Client>();
  for (const id of new Set(rows.map((row) => row.agent))) workers.set(id, await agent(id, { role: 'worker' }));
  return { submitter, reader: admin, heads, human, also: {}, workers };
}
