/** Whom a replay needs: a submitter, two heads of each category, and every agent that the log names. */
import { patientClient, type Client } from '../client.ts';
import { followEnds, type Ends } from './ends.ts';
import type { Row } from './rows.ts';

const owners = ['replay-one', 'replay-two', 'replay-three'];

/** How long a call goes on trying while the server is away. */
const patienceSeconds = 30;

/** The person who may approve. */
export const human = 'replay-human';

export interface ReplayTown {
  submitter: Client;
  reader: Client;
  /** Three heads of different owners for each category, and a human: a model without a price makes a job critical. */
  voters: Map<string, Client>;
  workers: Map<string, Client>;
  /** What every definition has beside what its row says. */
  also: object;
  /** Stop it when the replay is over. */
  ends: Ends;
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
  for (const owner of ['replay-agents', ...owners]) await person(owner, []);
  const voters = new Map([[human, await person(human, ['approver'])]]);
  for (const category of new Set(rows.map((row) => row.category))) {
    for (const owner of owners) {
      const id = `head-${owner}-${category}`;
      voters.set(id, await agent(id, { role: 'category_head', categories: [category], owner_id: owner }));
    }
  }
  const workers = new Map<string, Client>();
  for (const id of new Set(rows.map((row) => row.agent))) workers.set(id, await agent(id, { role: 'worker' }));
  return { submitter, reader: admin, voters, workers, also: {}, ends: followEnds(admin) };
}
