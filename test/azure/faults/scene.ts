/** A Muster in the middle of its work: something for every verb to act on. */
import { stages } from '../../../functions/stages.ts';
import { raiseActionItem } from '../../../shared/access/action-items.ts';
import type { BellName } from '../../../shared/platform/platform.ts';
import { keyFrom, type Got } from '../../http/desk.ts';
import type { SqlDesk } from './desk.ts';

export const jobs = '/api/v1/deployment/jobs';

export const definition = (more: object = {}) => ({
  job_name: 'report',
  job_description: 'Write a report about the month',
  category: 'data',
  primary_agent: 'writer',
  ...more,
});

export const agents = ['anna', 'ben', 'carl', 'writer', 'spare'] as const;

/** Ids by what they are for. */
export interface Scene {
  desk: SqlDesk;
  keys: Record<string, string>;
  job: Record<JobName, string>;
  /** Held by `writer`, of the job `running`. */
  task: { task_id: string; fence: number };
  /** Of every job's definition. */
  sha256: string;
  /** Of the job `open`. */
  etag: string;
  receipt: { message_id: string; receipt: string };
  /** A dead letter. */
  dead_id: string;
  /** Of the voter who has an endpoint, in the job `open`. */
  ask: string;
  /** Of what a person is to look at. */
  item_id: string;
  /** A second key of the person `gone`, and of the agent `spare`. */
  key_id: { person: string; agent: string };
  /** Of `olga`, who is on call, with a delivery that has arrived and one that waits. */
  hook: { id: string; delivered_id: string; waiting_id: string; rota: object };
}

const jobNames = [
  'submitted',
  'estimated',
  'open',
  'half',
  'granted',
  'queued',
  'running',
  'worked',
  'learning',
  'blocked',
  'over',
] as const;
export type JobName = (typeof jobNames)[number];

/** `voter`: the URL of a program that may be asked. */
export async function setScene(desk: SqlDesk, voter: string): Promise<Scene> {
  const stage = new Stagehand(desk, voter);
  await stage.people();
  const key_id = await stage.spareKeys();
  const made = await stage.jobs();
  const read = await stage.read(made.job.open);
  const [dead_id, receipt, item_id] = [await stage.deadLetter(), await stage.mail(), await stage.actionItem()];
  const hook = await stage.webhook();
  const scene = { desk, keys: stage.keys, key_id, ...made, ...read, dead_id, receipt, item_id, hook };
  desk.twin.database.raw.exec(forgotten);
  desk.world.rung.length = 0;
  return scene;
}

/** Everything that waits for the machine is due, so that the sweep has something to find. */
const forgotten = ['jobs', 'approvals', 'asks', 'deliveries']
  .map((table) => `update ${table} set due_at = '2026-03-01T11:59:40.000Z' where due_at is not null;`)
  .join(' ');

class Stagehand {
  readonly keys: Record<string, string> = {};
  readonly #desk: SqlDesk;
  /** Where a voter's program is asked. */
  readonly #voter: string;

  constructor(desk: SqlDesk, voter: string) {
    this.#desk = desk;
    this.#voter = voter;
    this.keys['admin'] = desk.admin;
  }

  async ask(as: string, address: string, body?: object): Promise<Got> {
    const headers = { prefer: 'respond-async' };
    const got = await this.#desk.ask(address, { as: this.keys[as], headers, ...(body === undefined ? {} : { body }) });
    if (got.status >= 300)
      throw new Error(`${address}: ${got.status} ${got.text}\n${JSON.stringify(this.#desk.world.logged.at(-1))}`);
    return got;
  }

  async people(): Promise<void> {
    this.keys['sam'] = await this.#desk.person('sam', ['submitter']);
    this.keys['olga'] = await this.#desk.person('olga', ['operator']);
    for (const id of ['ops', 'gone', 'owner_a', 'owner_b', 'owner_c']) await this.#desk.person(id, ['reader']);
    for (const [id, owner_id] of [
      ['anna', 'owner_a'],
      ['ben', 'owner_b'],
      ['carl', 'owner_c'],
    ] as const) {
      const endpoint = id === 'carl' ? { endpoint: `${this.#voter}/ask` } : {};
      await this.agent(id, { role: 'category_head', categories: ['data'], owner_id, ...endpoint });
    }
    for (const [id, role] of Object.entries({ writer: 'supervisor', spare: 'worker', drained: 'worker' })) {
      const said = { role, capabilities: [id], max_concurrent_tasks: 10, card: { name: id } };
      await this.agent(id, { owner_id: 'ops', ...said });
    }
    await this.ask('olga', 'POST /api/v1/agents/drained/drain');
    await this.ask('admin', 'POST /api/v1/deployment/tools/register', { name: 'hammer' });
    await this.ask('admin', 'POST /api/v1/deployment/verifiers/register', {
      name: 'auditor',
      agent_id: 'spare',
      categories: ['other'],
    });
    await this.ask('admin', 'POST /api/v1/deployment/resources/register', {
      name: 'bench',
      resource_type: 'compute',
      unit: 'cores',
      capacity: 8,
    });
    await this.ask('admin', 'PUT /api/v1/deployment/templates/monthly', { definition: definition() });
  }

  async agent(id: string, said: object): Promise<void> {
    await this.ask('admin', `PUT /api/v1/agents/${id}`, said);
    this.keys[id] = keyFrom(await this.ask('admin', `POST /api/v1/agents/${id}/keys`));
    await this.ask(id, `POST /api/v1/agents/${id}/heartbeat`, { fences: [] });
  }

  async spareKeys(): Promise<Scene['key_id']> {
    const person = await this.ask('admin', 'POST /api/v1/principals/gone/keys');
    const agent = await this.ask('admin', 'POST /api/v1/agents/spare/keys');
    return { person: String(person.body['id']), agent: String(agent.body['id']) };
  }

  async jobs(): Promise<Pick<Scene, 'job' | 'task' | 'ask'>> {
    const job = {} as Scene['job'];
    for (const name of jobNames)
      job[name] = await this.submit(
        name === 'blocked' ? { required_tools: [{ tool_name: 'saw', estimated_calls: 1 }] } : {},
      );
    for (const name of jobNames.slice(1)) await this.run('estimate', job[name]);
    for (const name of jobNames.slice(2)) await this.run('validate', job[name]);
    const ask = this.#desk.world.rung.find(({ bell }) => bell === 'ask')?.id; // of the first that was validated
    if (ask === undefined) throw new Error('nobody was asked');
    await this.vote(job.half, 'anna');
    for (const name of ['granted', 'queued', 'running', 'worked', 'learning'] as const) {
      for (const head of ['anna', 'ben']) await this.vote(job[name], head);
    }
    const task = await this.work(job);
    await this.ask('sam', `POST ${jobs}/${job.over}/cancel`);
    return { job, task, ask };
  }

  /** Each is started alone, so that whoever claims gets its task. */
  async work(job: Scene['job']): Promise<Scene['task']> {
    let held: Scene['task'] | undefined;
    for (const name of ['learning', 'worked', 'running'] as const) {
      await this.run('execute', job[name]);
      const { body } = await this.ask('writer', 'POST /api/v1/agents/writer/tasks/claim', {
        max: 1,
        wait_seconds: 0,
        claim_id: `claim-${name}`,
      });
      held = (body['tasks'] as Scene['task'][])[0];
      if (held === undefined) throw new Error('there is no task to claim');
      if (name !== 'running')
        await this.ask('writer', `POST /api/v1/tasks/${held.task_id}/complete`, {
          fence: held.fence,
          output: {},
          usage: { input_tokens: 700, output_tokens: 100 },
        });
      if (name === 'learning') await this.run('execute', job[name]);
    }
    await this.run('execute', job.queued);
    if (held === undefined) throw new Error('nothing is held');
    return { task_id: held.task_id, fence: held.fence };
  }

  async mail(): Promise<Scene['receipt']> {
    const mail = { type: 'custom', body: { said: 'hello' } };
    await this.ask('anna', 'POST /api/v1/messages', { ...mail, to_agent: 'spare' });
    await this.ask('anna', 'POST /api/v1/messages', { ...mail, to_agent: 'writer' });
    const { body } = await this.ask('spare', 'POST /api/v1/agents/spare/messages/receive', { max: 1, wait_seconds: 0 });
    const [message] = body['messages'] as Scene['receipt'][];
    if (message === undefined) throw new Error('there is no mail');
    return { message_id: message.message_id, receipt: message.receipt };
  }

  async deadLetter(): Promise<string> {
    const held = await this.mail();
    await this.ask('spare', 'POST /api/v1/messages/settle', { settle: [{ ...held, action: 'dead_letter' }] });
    return held.message_id;
  }

  async actionItem(): Promise<string> {
    const item = { code: 'stuck', subject: 'writer', detail: 'it hangs' };
    await this.#desk.world.platform.db.transaction('raise', (tx) => raiseActionItem(tx, item));
    const { body } = await this.ask('olga', 'GET /api/v1/action-items');
    return String(body.items?.[0]?.['item_id']);
  }

  async webhook(): Promise<Scene['hook']> {
    const said = { url: `${this.#voter}/hook`, event_types: ['action_item.*'] };
    const id = String((await this.ask('olga', 'POST /api/v1/webhooks', said)).body['webhook_id']);
    const ping = async (): Promise<string> =>
      String((await this.ask('olga', `POST /api/v1/webhooks/${id}/test`)).body['delivery_id']);
    const delivered_id = await ping();
    await this.run('deliver', delivered_id);
    const members = [{ principal_id: 'olga', webhook_id: id }];
    const rota = { time_zone: 'UTC', handover: { weekday: 'monday', time: '09:00' }, starts_on: '2026-03-02', members };
    await this.ask('olga', 'PUT /api/v1/rota', rota);
    return { id, delivered_id, waiting_id: await ping(), rota };
  }

  async read(job: string): Promise<Pick<Scene, 'sha256' | 'etag'>> {
    const { headers } = await this.ask('sam', `GET ${jobs}/${job}`);
    const { body } = await this.ask('admin', `GET /api/v1/deployment/approvals/${job}`);
    return { etag: headers.get('etag') ?? '', sha256: String(body['definition_sha256']) };
  }

  async submit(more: object): Promise<string> {
    const { body } = await this.ask('sam', `POST ${jobs}`, definition(more));
    return String(body['job_id']);
  }

  run = (bell: BellName, id: string): Promise<void> => stages[bell].run(this.#desk.world.platform, id);

  async vote(job: string, head: string): Promise<void> {
    const approval = await this.ask('admin', `GET /api/v1/deployment/approvals/${job}`);
    const { definition_sha256 } = approval.body;
    const ballot = { definition_sha256, decision: 'yes', confidence: 0.9, reasoning: 'seen' };
    await this.ask(head, `POST /api/v1/deployment/approvals/${job}/ballots`, ballot);
  }
}
