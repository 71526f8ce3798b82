import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Caller } from '../../shared/access/caller.ts';
import { getCoordinationStatistics } from '../../shared/insights/coordination.ts';
import { PricesInput } from '../../shared/estimates/price.ts';
import { putPrices } from '../../shared/estimates/put-prices.ts';
import { assignTask, type Assignment } from '../../shared/road/assign.ts';
import { AssignInput } from '../../shared/tasks/assignment.ts';
import { admin, asAgent, openTown, type Town } from './town.ts';

const boss: Caller = { ...asAgent('boss'), roles: ['supervisor'] };
let town: Town;
beforeEach(async () => {
  town = await openTown();
  await town.agent('boss', { role: 'supervisor', capabilities: ['look'], categories: ['data'] });
  await town.agent('clerk', { capabilities: ['look', 'file'] });
  await town.agent('clara', { capabilities: ['look'], max_concurrent_tasks: 1 });
});
afterEach(() => town.close());

const said = (more: object = {}): Assignment => ({
  ...AssignInput.parse({
    ...{ type: 'look_up', description: 'Look it up', required_capabilities: ['look'] },
    ...more,
  }),
});
const assign = (more: object = {}, { by = boss, key }: { by?: Caller; key?: string } = {}) =>
  assignTask(town.platform, by, { ...said(more), idempotency_key: key });

/** A job that boss is in, executing. */
const run = (more: object = {}) => town.started({ supporting_agents: ['boss'], ...more });

describe('a task that is added to a run', () => {
  test('goes to the agent with the lowest relative load, and says why', async () => {
    const job_id = await run();
    expect(await assign({ job_id, parameters: { what: 'that' } })).toMatchObject({
      ...{ job_id, name: 'look_up', agent_id: 'clara', priority: 5, state: 'queued' },
      explanation:
        'clara has 0 of 1 tasks, 0 of its 0 succeeded. Before clerk has 0 of 10 tasks, 0 of its 0 succeeded.',
    });
    const second = await assign({ job_id, priority: 'critical' }); // clara has one that waits for her
    expect(second).toMatchObject({ name: 'look_up:2', agent_id: 'clerk', priority: 1 });
    const task = await town.one('clara');
    expect(task.input).toEqual({ job_name: 'report', type: 'look_up', description: 'Look it up', what: 'that' });
    await town.work();
    expect(await town.state(job_id)).toBe('executing'); // clara holds hers yet
    await town.complete('clara', task);
    await town.settle();
    expect(await town.state(job_id)).toBe('succeeded');
  });

  test('is told by an event of the job that names the supervisor', async () => {
    const job_id = await run();
    await assign({ job_id });
    const [event] = await town.sql<{ actor: string; data: object }>(
      "select actor, data from events where stream = ? and type = 'task_assigned'",
      job_id,
    );
    expect(event).toMatchObject({ actor: 'boss', data: { task: { name: 'look_up', agent: 'clara' } } });
    expect((await town.tasks(job_id))['look_up']).toMatchObject({ assigned_by: 'boss', attempts: 0 });
  });

  test('may be left to whoever claims it first', async () => {
    const job_id = await run();
    const wanted = { job_id, required_capabilities: ['look', 'file'], assignment: 'first_to_claim' };
    expect(await assign(wanted)).toMatchObject({
      agent_id: null,
      explanation: expect.stringContaining('look, file') as string,
    });
    expect(await town.claim('clara')).toEqual([]);
    expect(await town.claim('clerk')).toMatchObject([{ name: 'look_up' }]);
  });

  test('is the same again under the same key, and another body is refused', async () => {
    const job_id = await run();
    const first = await assign({ job_id }, { key: 'k' });
    await town.world.advance(1);
    expect(await assign({ job_id }, { key: 'k' })).toEqual(first);
    await expect(assign({ job_id, type: 'other' }, { key: 'k' })).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    expect(Object.keys(await town.tasks(job_id)).filter((name) => name.startsWith('look_up'))).toEqual(['look_up']);
  });

  test('counts against the reservation of the job: too dear, and it stops', async () => {
    const usd = { input_usd_per_million: 100, cached_input_usd_per_million: 100, output_usd_per_million: 100 };
    await putPrices(town.platform, admin, PricesInput.parse({ overrides: [{ model: 'gold', ...usd }] }));
    const job_id = await run({ model: 'gold', max_budget_usd: 1 });
    await assign({ job_id });
    const task = await town.one('clara');
    await town.progress('clara', task, { model: 'gold', input_tokens: 10_001, output_tokens: 0 });
    await town.settle();
    expect(await town.job(job_id)).toMatchObject({ state: 'executing', stop_reason: 'budget' });
  });

  test('goes to nobody who has a say in the job', async () => {
    await town.agent('hanna', { role: 'category_head', categories: ['data'], capabilities: ['look', 'judge'] });
    const job_id = await run();
    expect(await assign({ job_id, required_capabilities: ['look'] })).toMatchObject({ agent_id: 'clara' });
    await expect(assign({ job_id, required_capabilities: ['judge'] })).rejects.toMatchObject({
      code: 'no_capable_agent',
    });
    await expect(
      assign({ job_id, required_capabilities: ['judge'], assignment: 'first_to_claim' }),
    ).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('hanna may vote') as string });
  });

  test('is left for nobody who has a say in the job, is silent and may come back', async () => {
    await town.agent('hanna', { role: 'category_head', categories: ['data'], capabilities: ['judge'] });
    const job_id = await run();
    town.beating.delete('hanna');
    await town.pass(200);
    await expect(
      assign({ job_id, required_capabilities: ['judge'], assignment: 'first_to_claim' }),
    ).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('hanna may vote') as string });
  });

  test('is refused where nobody active is capable', async () => {
    const job_id = await run();
    await expect(assign({ job_id, required_capabilities: ['fly'] })).rejects.toMatchObject({
      code: 'no_capable_agent',
    });
  });

  test('is refused to a supervisor that is no agent of the job, as if there were none', async () => {
    const job_id = await town.started();
    await expect(assign({ job_id })).rejects.toMatchObject({ code: 'not_found' });
    await expect(assign({ job_id: 'job_x' })).rejects.toMatchObject({ code: 'not_found' });
  });

  test('is refused before the start, once a stop or an end stands, and where a task has failed', async () => {
    const early = await town.submitted({ supporting_agents: ['boss'] });
    await expect(assign({ job_id: early })).rejects.toMatchObject({ code: 'conflict' });
    const stopped = await run();
    await town.one('boss');
    await town.cancel(stopped);
    await expect(assign({ job_id: stopped })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('stopped') as string,
    });
    const failed = await run({ max_retries: 0, supporting_agents: ['boss', 'checker'] });
    await town.one('boss');
    await town.fail('checker', await town.one('checker'));
    await expect(assign({ job_id: failed })).rejects.toMatchObject({
      message: expect.stringContaining('has failed') as string,
    });
    const over = await town.started({ primary_agent: 'boss' });
    for (const task of await town.claim('boss', { max: 9 })) await town.complete('boss', task);
    await expect(assign({ job_id: over })).rejects.toMatchObject({
      message: expect.stringContaining('about to end') as string,
    });
    await town.settle();
    await expect(assign({ job_id: over })).rejects.toMatchObject({ code: 'job_ended' });
  });

  test('gives nobody a sealed value by naming it', async () => {
    const parameters = { token: { $sealed: 'sec_1' } };
    await expect(assign({ job_id: await run(), parameters })).rejects.toMatchObject({
      facts: { errors: [{ pointer: '/parameters/token' }] },
    });
  });

  test('belongs to the run: when it fails, the job has failed', async () => {
    const job_id = await run({ max_retries: 0 });
    await assign({ job_id, retries: 0 });
    await town.fail('clara', await town.one('clara'));
    await town.settle();
    expect(await town.answer(job_id)).toMatchObject({
      state: 'failed',
      outcome_reason: 'Task look_up failed: it broke',
    });
  });
});

describe('a task without a job', () => {
  test('is submitted as a job of one task, which takes the whole road', async () => {
    const answer = await assign({ parameters: { what: 'this' }, priority: 'low' }, { key: 'once' });
    expect(answer).toMatchObject({ task_id: null, agent_id: 'clara', priority: 8, state: 'submitted' });
    expect(await assign({ parameters: { what: 'this' }, priority: 'low' }, { key: 'once' })).toEqual(answer);
    await town.settle();
    await town.approve(answer.job_id);
    const task = await town.one('clara');
    expect(task).toMatchObject({ name: 'look_up', input: { type: 'look_up', what: 'this' } });
    await town.complete('clara', task);
    await town.settle();
    expect(await town.answer(answer.job_id, admin)).toMatchObject({
      ...{ state: 'succeeded', submitted_by: 'boss' },
      definition: { metadata: { assigned_by: 'boss', assigned_because: answer.explanation } },
    });
  });

  test('may be left to whoever claims it first, and is of the category that it says', async () => {
    await town.head('nina', { category: 'news' });
    const answer = await assign({
      assignment: 'first_to_claim',
      category: 'news',
      required_capabilities: ['look', 'file'],
    });
    expect(answer).toMatchObject({ agent_id: null, task_id: null });
    await town.settle();
    expect(await town.answer(answer.job_id, admin)).toMatchObject({
      definition: { category: 'news', primary_agent: 'boss', plan: [{ capability: ['look', 'file'] }] },
    });
  });

  test('needs a category where the supervisor has none', async () => {
    await town.agent('boss', { categories: [] });
    await expect(assign()).rejects.toMatchObject({ code: 'invalid', facts: { errors: [{ pointer: '/category' }] } });
  });
});

test('the statistics of coordination say what agents have to do, and could', async () => {
  const job_id = await run();
  await assign({ job_id });
  await town.complete('boss', await town.one('boss'));
  await town.one('clara');
  await town.settle();
  expect(await getCoordinationStatistics(town.platform)).toEqual({
    ...{ assigned: 3, assigned_by_supervisors: 1, completed: 1, failed: 0, running: 1, queued: 1, active_agents: 9 },
    load: { held: 1, room: 81, share: 1 / 81 },
  });
  await town.world.advance(60);
  expect(await getCoordinationStatistics(town.platform)).toMatchObject({
    active_agents: 0,
    load: { room: 0, share: null },
  });
});
