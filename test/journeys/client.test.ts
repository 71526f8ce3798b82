/** The client that an agent author copies, in a program of its own, over HTTP. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../../local/client.ts';
import { openTown, type Town } from './town.ts';

interface Job {
  job_id: string;
  state: string;
  approval: { definition_sha256: string } | null;
  plan: { tasks: { output: unknown; error: string | null; progress: number }[] } | null;
}

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const jobs = '/v1/deployment/jobs';
let town: Town;
let riley: Client;
let program: ChildProcess;
let alice: Client;
let bob: Client;

beforeAll(async () => {
  town = await openTown();
  riley = await town.person('riley', ['submitter']);
  for (const owner of ['alice', 'bob', 'dan']) await town.person(owner, []);
  alice = await head('alice');
  bob = await head('bob');
  await town.agent('echo', { owner: 'dan', max_concurrent_tasks: 2 });
  const { key } = await town.admin.post<{ key: string }>('/v1/agents/echo/keys');
  program = spawn(process.execPath, [file('echo-process.ts')], {
    env: { MUSTER_URL: town.url, MUSTER_KEY: key, MUSTER_AGENT: 'echo' },
    stdio: ['ignore', 'inherit', 'ignore'], // what it says of faults is not looked at
  });
  const registered = () => town.admin.get<{ agent_version: string | null }>('/v1/agents/echo');
  await until(registered, ({ agent_version }) => agent_version !== null);
});

afterAll(async () => {
  program.kill();
  await once(program, 'exit');
  await town.close();
});

async function head(owner: string): Promise<Client> {
  const id = `${owner}-head`;
  const client = await town.agent(id, { role: 'category_head', owner, categories: ['data'] });
  await client.post(`/v1/agents/${id}/heartbeat`, { fences: [] });
  return client;
}

async function until<Answer>(look: () => Promise<Answer>, isThere: (answer: Answer) => boolean): Promise<Answer> {
  for (let tries = 0; tries < 400; tries++) {
    const answer = await look();
    if (isThere(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('it never came to that');
}

const reaches = (job_id: string, isThere: (job: Job) => boolean) =>
  until(() => riley.get<Job>(`${jobs}/${job_id}`), isThere);

/** Submits a job with this input, and has it approved. */
async function start(input: object): Promise<string> {
  const submitted = await riley.post<Job>(jobs, {
    ...{ job_name: 'echo', job_description: 'Say again what is given', category: 'data', primary_agent: 'echo' },
    ...{ input, max_retries: 1 },
  });
  const { job_id } = submitted;
  const { approval } = await reaches(job_id, ({ state }) => state === 'awaiting_approval');
  for (const voter of [alice, bob]) {
    await voter.post(`/v1/deployment/approvals/${job_id}/ballots`, {
      ...{
        definition_sha256: approval?.definition_sha256,
        decision: 'yes',
        confidence: 0.9,
        reasoning: 'It is small.',
      },
    });
  }
  return job_id;
}

test('it has fewer than 120 lines', () => {
  expect(readFileSync(file('../../examples/agents/client.ts'), 'utf8').split('\n').length - 1).toBeLessThan(120);
});

test('an agent registers, claims, tells how far it is and completes, two tasks at once', async () => {
  const both = await Promise.all([start({ meet: 'a' }), start({ meet: 'b' })]);
  const [one] = await Promise.all(both.map((id) => reaches(id, ({ state }) => state === 'succeeded')));
  expect(one?.plan?.tasks[0]).toMatchObject({ output: { said: 'a', together: 2 }, progress: 1 });
});

test('what the agent throws is a failed attempt, and the next may succeed', async () => {
  const job_id = await start({ fails: 1 });
  const job = await reaches(job_id, ({ state }) => state === 'succeeded');
  expect(job.plan?.tasks[0]?.output).toEqual({ said: 'at attempt 2' });
});

test('a cancelled job reaches the agent as an aborted signal', async () => {
  const job_id = await start({ patient: true });
  await reaches(job_id, ({ plan }) => (plan?.tasks[0]?.progress ?? 0) > 0);
  await riley.post(`${jobs}/${job_id}/cancel`);
  const job = await reaches(job_id, ({ state }) => state === 'cancelled');
  expect(job.plan?.tasks[0]?.error).toContain('told to stop');
});

test('mail is handled once, again where the agent fell over it, and what Muster refuses is done with', async () => {
  const sent = (body: object) => alice.post('/v1/messages', { to_agent: 'echo', type: 'coordination', body });
  await sent({ reply_to: 'bob-head', falls: 1 });
  await sent({ reply_to: 'nobody' });
  const receive = () =>
    bob.post<{ messages: { body: { heard?: number } }[] }>('/v1/agents/bob-head/messages/receive', {
      ...{ max: 10, wait_seconds: 1 },
    });
  const received = await until(receive, ({ messages }) => messages.some(isReply));
  expect(received.messages.filter(isReply)).toHaveLength(1);
  await until(receive, ({ messages }) => messages.length === 0);
});

const isReply = ({ body }: { body: { heard?: number } }): boolean => body.heard === 2;
