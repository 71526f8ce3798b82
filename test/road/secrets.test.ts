/** Row 12 of the proof, for the whole road: what is secret is opened for the holder of a task alone. */
import { CompiledQuery } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { routes } from '../../functions/routes.ts';
import { getApproval } from '../../shared/approvals/read.ts';
import { eventsAfter } from '../../shared/events/store.ts';
import { getTask } from '../../shared/tasks/read.ts';
import { openDesk } from '../http/desk.ts';
import { openServer } from '../readiness/a-server.ts';
import { admin, answerBells, asAgent, openTown, type Asked, type Town } from './town.ts';

const canary = 'c4narySecretValue0123456789abcdefghijklmnop';
const secret: Asked = {
  input: { db: { password: canary, user: 'u' }, pin: 4711 },
  sensitive: ['input.db', 'input.pin'],
};

/** Every row of every table, as text. */
async function wholeDatabase(world: Town['world']): Promise<string> {
  const { read } = world.platform.db;
  const named = CompiledQuery.raw("select name from sqlite_schema where type = 'table'") as CompiledQuery<{
    name: string;
  }>;
  const tables = await read.run(named);
  const rows = await Promise.all(tables.map(({ name }) => read.run(CompiledQuery.raw(`select * from "${name}"`))));
  return JSON.stringify(rows);
}

describe('a sensitive value', () => {
  let town: Town;
  beforeEach(async () => {
    town = await openTown();
  });
  afterEach(() => town.close());

  test('is opened in the claim of its holder, and stands nowhere else', async () => {
    const id = await town.started({ ...secret, supporting_agents: ['reader'] });
    const helper = await town.one('reader');
    expect(helper.input).toMatchObject({ db: { password: canary, user: 'u' }, pin: 4711 });
    await town.complete('reader', helper, undefined, { ok: true });
    await town.settle();
    const task = await town.one('writer');
    expect(task.input).toMatchObject({
      db: { password: canary, user: 'u' },
      pin: 4711,
      outputs: { reader: { ok: true } },
    });
    const answers = [
      await town.answer(id),
      await getApproval(town.platform, admin, { job_id: id }),
      await getTask(town.platform, asAgent('writer'), { task_id: task.task_id }),
      await eventsAfter(town.platform.db.read, { after: 0, limit: 1000 }),
    ];
    expect(JSON.stringify(answers)).not.toContain(canary);
    expect(answers[0]).toMatchObject({
      definition: { input: { db: { $sealed: expect.stringMatching(/^sec_/) as string } } },
    });
    expect(await wholeDatabase(town.world)).not.toContain(canary);
    expect(JSON.stringify(town.world.logged)).not.toContain(canary);
  });

  test('is the same after a retry, and after a change that leaves it where it is', async () => {
    const id = await town.started(secret);
    await town.work();
    await town.retry(id);
    await town.settle();
    await town.approve(id);
    expect((await town.one('writer')).input).toMatchObject({ pin: 4711 });
    await town.cancel(id);
    const other = await town.submitted(secret);
    const { definition } = await town.answer(other);
    await town.change(other, { ...definition, job_description: 'The same, but longer' });
    await town.settle();
    await town.approve(other);
    expect((await town.one('writer')).input).toMatchObject({ db: { password: canary } });
  });

  test('of one job cannot be had by naming it in another', async () => {
    const id = await town.submitted(secret);
    const { input } = (await town.answer(id)).definition;
    await expect(town.submit({ input })).rejects.toMatchObject({ code: 'invalid' });
    await expect(town.submit({ input, sensitive: ['input.db'] })).rejects.toMatchObject({ code: 'invalid' });
    const other = await town.submitted();
    await expect(town.change(other, { input })).rejects.toMatchObject({ code: 'invalid' });
    const moved = { input: { elsewhere: (input as { db: { $sealed: string } }).db } };
    await expect(town.change(id, moved)).rejects.toMatchObject({ code: 'invalid' });
  });

  test('that is not there is refused', async () => {
    await expect(town.submit({ sensitive: ['input.token'] })).rejects.toMatchObject({ code: 'invalid' });
  });

  test('is part of the question: another value is another hash', async () => {
    const hashes = await Promise.all(
      [1, 2].map(async (pin) => {
        const id = await town.submitted({ input: { pin }, sensitive: ['input.pin'] });
        return (await town.answer(id)).approval?.definition_sha256;
      }),
    );
    expect(hashes[0]).not.toBe(hashes[1]);
  });
});

test('secrets in settings, headers, parameters and errors are in no log, answer, event or table', async () => {
  const endpoint = await openServer(() => ({ status: 500, body: `Authorization: Bearer ${canary}` }));
  const desk = await openDesk(
    routes,
    { SECRET_BANDIT: canary, MUSTER_ADMIN_KEY: `mk.root.${canary}` },
    { answer: answerBells },
  );
  const { world } = desk;
  const got: string[] = [];
  const ask: typeof desk.ask = async (address, asked) => {
    const answer = await desk.ask(address, asked);
    if (!address.endsWith('/claim')) got.push(answer.text, JSON.stringify([...answer.headers]));
    return answer;
  };
  const root = desk.admin;
  const keyOf = async (path: string) => String((await desk.ask(`POST ${path}/keys`, { as: root })).body['key']);
  const sue = await desk.person('sue', ['submitter']);
  for (const owner of ['ops', 'o1', 'o2']) await desk.person(owner, []);
  const agents = new Map<string, string>();
  const register = async (id: string, body: object) => {
    await desk.ask(`PUT /api/v1/agents/${id}`, { as: root, body });
    agents.set(id, await keyOf(`/api/v1/agents/${id}`));
    await ask(`POST /api/v1/agents/${id}/heartbeat`, { as: agents.get(id), body: { fences: [] } });
  };
  const { url } = endpoint;
  await register('h1', { role: 'category_head', owner_id: 'o1', categories: ['data'], endpoint: `${url}/ask` });
  await register('h2', { role: 'category_head', owner_id: 'o2', categories: ['data'] });
  await register('writer', { owner_id: 'ops', max_concurrent_tasks: 5 });
  const tool = { name: 'bandit', secret_name: 'bandit', probe_url: `${url}/probe` };
  await ask('POST /api/v1/deployment/tools/register', { as: root, body: tool });
  const definition = {
    ...{ job_name: 'report', job_description: 'Write a long report', category: 'data', primary_agent: 'writer' },
    ...{ required_tools: [{ tool_name: 'bandit', required: false }], max_retries: 0 },
    ...secret,
  };
  const headers = { prefer: 'wait=0', 'x-api-key': canary, cookie: `session=${canary}` };
  await ask('POST /api/v1/deployment/validate', { as: sue, body: definition });
  await ask('POST /api/v1/deployment/jobs', { as: sue, body: { ...definition, sensitive: ['input.none'] }, headers });
  const submitted = await ask('POST /api/v1/deployment/jobs', { as: sue, body: definition, headers });
  expect(submitted.status).toBe(202);
  await world.settle();
  const job = `/api/v1/deployment/jobs/${String(submitted.body['job_id'])}`;
  const question = `/api/v1/deployment/approvals/${String(submitted.body['job_id'])}`;
  const asked = await ask(`GET ${question}`, { as: agents.get('h1') });
  for (const head of ['h1', 'h2']) {
    const body = { definition_sha256: asked.body['definition_sha256'], decision: 'yes', confidence: 1 };
    expect((await ask(`POST ${question}/ballots`, { as: agents.get(head), body })).status).toBe(200);
  }
  await world.settle();
  const claimed = await ask('POST /api/v1/agents/writer/tasks/claim', { as: agents.get('writer'), body: {} });
  expect(claimed.text).toContain(canary);
  const [task] = claimed.body['tasks'] as { task_id: string; fence: number }[];
  const failure = { fence: task?.fence, error: `401 for password=${canary}, Authorization: Bearer ${canary}` };
  await ask(`POST /api/v1/tasks/${task?.task_id}/fail`, { as: agents.get('writer'), body: failure });
  await world.settle();
  for (const path of [job, `${job}/deployments`, `${job}/plan`, `${job}/events`, question])
    await ask(`GET ${path}`, { as: path === question ? root : sue });
  for (const path of ['deployment/infrastructure', 'deployment/tools', 'agents', 'events', 'tasks', 'events/seals'])
    expect((await ask(`GET /api/v1/${path}`, { as: root })).status).toBe(200);
  const over = await ask(`GET ${job}`, { as: sue });
  expect(over.body).toMatchObject({ state: 'failed', outcome_reason: expect.stringContaining('[masked]') as string });
  expect(endpoint.asked.map(({ path }) => path)).toEqual(expect.arrayContaining(['/ask', '/probe']));
  expect(got.join('\n')).not.toContain(canary);
  expect(JSON.stringify(endpoint.asked)).not.toContain(canary);
  expect(JSON.stringify(world.logged)).not.toContain(canary);
  expect(await wholeDatabase(world)).not.toContain(canary);
  await desk.close();
  await endpoint.close();
});
