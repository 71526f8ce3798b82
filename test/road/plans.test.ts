import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { validateDefinition } from '../../shared/road/validate-definition.ts';
import { isolateAgent } from '../../shared/liveness/isolate.ts';
import { admin, definition, openTown, submitter, type Asked, type Town } from './town.ts';

let town: Town;
beforeEach(async () => {
  town = await openTown();
});
afterEach(() => town.close());

const states = async (id: string) =>
  Object.fromEntries(Object.entries(await town.tasks(id)).map(([name, { state }]) => [name, state]));

/** Two gather side by side, by capability and by name; then the writer writes, and anybody who can checks it. */
const newspaper: Asked = {
  supporting_agents: ['reader'],
  input: { month: 'May', tone: 'dry' },
  max_execution_time_seconds: 200,
  plan: [
    { name: 'gather', capability: 'search', input: { tone: 'keen' }, timeout_seconds: 100, retries: 0 },
    { name: 'read', agent: 'reader', timeout_seconds: 900 },
    { name: 'write', agent: 'writer', depends_on: ['gather', 'read'] },
    { name: 'check', capability: ['law', 'search'], depends_on: ['write', 'gather'], retries: 7 },
  ],
};

const withCapabilities = async () => {
  await town.agent('finder', { capabilities: ['search'] });
  await town.agent('lawyer', { capabilities: ['law', 'search', 'more'] });
};

describe('an explicit plan', () => {
  test('is run step by step, each with its own limits and the outputs of what it depends on', async () => {
    await withCapabilities();
    const id = await town.started(newspaper);
    expect(await states(id)).toEqual({ gather: 'queued', read: 'queued', write: 'waiting', check: 'waiting' });
    const tasks = await town.tasks(id);
    expect(tasks).toMatchObject({
      gather: { agent_id: null, max_attempts: 1, time_limit_seconds: 100 },
      read: { agent_id: 'reader', max_attempts: 4, time_limit_seconds: 200 },
      check: { max_attempts: 8, time_limit_seconds: 200 },
    });
    const gather = await town.one('finder');
    expect(gather.input).toMatchObject({ job_name: 'report', month: 'May', tone: 'keen' });
    await town.complete('finder', gather, undefined, { sources: 3 });
    await town.complete('reader', await town.one('reader'), undefined, { pages: 9 });
    await town.settle();
    const write = await town.one('writer');
    expect(write.input).toMatchObject({ tone: 'dry', outputs: { gather: { sources: 3 }, read: { pages: 9 } } });
    await town.complete('writer', write, undefined, { text: 'news' });
    await town.settle();
    expect(await town.claim('finder')).toEqual([]); // has only one of the two
    const check = await town.one('lawyer');
    expect(check.input['outputs']).toEqual({ write: { text: 'news' }, gather: { sources: 3 } });
    await town.complete('lawyer', check);
    await town.settle();
    expect(await town.state(id)).toBe('succeeded');
  });

  test('is told as it runs by the pace of its steps, and counts in the estimate', async () => {
    await withCapabilities();
    const first = await town.started(newspaper);
    for (const agent of ['finder', 'reader']) await town.complete(agent, await town.one(agent));
    await town.settle();
    const write = await town.one('writer');
    await town.pass(50);
    await town.complete('writer', write);
    await town.settle();
    await town.complete('lawyer', await town.one('lawyer'));
    await town.settle();
    expect(await town.state(first)).toBe('succeeded');
    const { plan, estimate } = await town.answer(await town.started({ ...newspaper, primary_agent: 'writer' }));
    expect(plan).toMatchObject({ critical_path: ['gather', 'write', 'check'], eta_seconds: 50, progress: 0 });
    expect(estimate?.basis).toContain('1 earlier run');
    const fresh = { ...newspaper, job_name: 'another' };
    expect((await town.answer(await town.submitted(fresh))).estimate?.basis).toContain('4 estimated calls');
  });

  test('waits for a capability that nobody has, and goes on when somebody comes with it', async () => {
    const id = await town.submitted(newspaper);
    expect(await town.answer(id)).toMatchObject({
      state: 'blocked',
      blocked: { code: 'not_ready', waits_for: 'capability:search' },
    });
    await town.agent('finder', { capabilities: ['search'] });
    await town.settle();
    expect(await town.answer(id)).toMatchObject({ state: 'blocked', blocked: { waits_for: 'capability:law' } });
    await town.agent('finder', { capabilities: ['search', 'law'] });
    await town.settle();
    expect(await town.state(id)).toBe('awaiting_approval');
  });

  test('waits for a capability whose only agent is silent, until it calls in', async () => {
    await withCapabilities();
    town.beating.delete('lawyer');
    await town.pass(120);
    const id = await town.submitted(newspaper);
    expect(await town.answer(id)).toMatchObject({ blocked: { waits_for: 'capability:law' } });
    await town.claim('lawyer');
    await town.settle();
    expect(await town.state(id)).toBe('awaiting_approval');
  });

  test('is not put to a head that could take one of its steps', async () => {
    await town.head('hybrid', { capabilities: ['search', 'law'] });
    const id = await town.submitted(newspaper);
    const [row] = await town.sql<{ electorate: { voters: { id: string }[]; job_agents: string[] } }>(
      'select electorate from approvals where job_id = ?',
      id,
    );
    expect(row?.electorate.voters.map((voter) => voter.id)).toEqual(['hanna', 'heidi', 'hugo']);
    expect(row?.electorate.job_agents).toEqual(['writer', 'reader', 'hybrid']);
    await expect(town.vote(id, 'hybrid')).rejects.toMatchObject({ code: 'not_eligible' });
  });

  test('gives nobody a sealed value by naming it in the input of a step', async () => {
    const plan = [{ name: 'write', agent: 'writer', input: { token: { $sealed: 'sec_1' } } }];
    await expect(town.submit({ plan })).rejects.toMatchObject({
      code: 'invalid',
      facts: { errors: [{ pointer: '/plan/0/input/token' }] },
    });
    const [first] = plan;
    const undone = [{ name: 'write', agent: 'writer', compensation: { input: first?.input ?? {} } }];
    await expect(town.submit({ plan: undone })).rejects.toMatchObject({
      facts: { errors: [{ pointer: '/plan/0/compensation/input/token' }] },
    });
  });

  test('is validated without being stored', async () => {
    const odd = definition({ ...newspaper, supporting_agents: ['reader', 'checker'], fallback: 'single_agent' });
    const { is_valid, validation, warnings } = await validateDefinition(town.platform, submitter, odd);
    expect(is_valid).toBe(false);
    expect(validation.waits_for).toBe('capability:search');
    expect(warnings).toEqual(
      expect.arrayContaining([
        expect.stringContaining('nothing to do for checker'),
        expect.stringContaining('shorter than that of read'),
        expect.stringContaining('nothing of the plan is done'),
      ]),
    );
  });
});

describe('a queue of capabilities', () => {
  test('is matched with an agent that gets them later, and with no one who has lost them', async () => {
    await withCapabilities();
    const id = await town.started(newspaper);
    await town.agent('late', { capabilities: ['search'] });
    await town.agent('finder', { capabilities: ['dance'] });
    expect(await town.claim('finder')).toEqual([]);
    expect(await town.claim('late')).toMatchObject([{ name: 'gather', job_id: id }]);
  });

  test('gives the most urgent task of all that an agent serves, the oldest of equally urgent ones', async () => {
    await withCapabilities();
    const one = (job_name: string, priority: number, capability: string | string[]): Asked => ({
      ...{ job_name, priority, plan: [{ name: 'only', capability }] },
    });
    for (const asked of [
      one('third', 5, 'law'),
      one('fourth', 5, ['search', 'law']),
      one('first', 3, 'search'),
      one('second', 4, ['law', 'search']),
    ]) {
      await town.started(asked);
      await town.world.advance(0.01);
    }
    const claimed = await town.claim('lawyer', { max: 10 });
    expect(claimed.map(({ input }) => input['job_name'])).toEqual(['first', 'second', 'third', 'fourth']);
  });

  test('has what an isolated agent held, for the others that serve it', async () => {
    await withCapabilities();
    await town.started({ plan: [{ name: 'find', capability: 'search' }] });
    const { task_id } = await town.one('finder');
    await isolateAgent(town.platform, admin, { agent_id: 'finder', reason: 'it lies' });
    expect(await town.claim('lawyer')).toMatchObject([{ task_id, attempt: 2 }]);
  });
});
