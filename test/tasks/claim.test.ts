import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { moveAgent } from '../../shared/agents/move-agent.ts';
import { lockAgent } from '../../shared/agents/store.ts';
import { claimTasks } from '../../shared/tasks/claim.ts';
import type { Engine } from '../../shared/platform/database/transactions.ts';
import { getTask, listTasks } from '../../shared/tasks/read.ts';
import { admin, callerOf, openCrew, type Crew } from './crew.ts';

let crew: Crew;
beforeEach(async () => {
  crew = await openCrew();
  await crew.register('worker_1', { max_concurrent_tasks: 5 });
});
afterEach(() => crew.close());

const setState = (id: string, state: 'draining' | 'isolated' | 'active') =>
  crew.platform.db.transaction('setState', async (tx) => {
    const agent = await lockAgent(tx, { id });
    if (agent !== undefined)
      await moveAgent(tx, agent, { is: { state }, happening: { type: state, actor: 'ada', data: {} } });
  });

describe('claiming', () => {
  it('gives a queued task with its fence, input and lease', async () => {
    const [id] = await crew.queue({ input: { text: 'read me' } });
    const [task] = await crew.claim('worker_1');
    expect(task).toMatchObject({ task_id: id, fence: 1, attempt: 1, input: { text: 'read me' }, job_id: 'job_1' });
    expect(task?.lease_until).toEqual(new Date('2026-03-01T12:01:30.000Z'));
    expect(await crew.task(id ?? '')).toMatchObject({ state: 'running', holder_id: 'worker_1', attempts: 1, fence: 1 });
    expect(await crew.claim('worker_1')).toEqual([]);
  });

  it('takes the most urgent first, then the oldest, over all queues of the agent', async () => {
    await crew.register('worker_1', { capabilities: ['lint', 'write', 'read'] });
    await crew.queue({ name: 'late', priority: 5 }, { name: 'first', priority: 1 });
    await crew.advance(1);
    await crew.queue({ name: 'second', priority: 1, capabilities: ['write', 'lint'] });
    await crew.advance(1);
    await crew.queue({ name: 'third', priority: 1, capabilities: ['read'] });
    const names = [...(await crew.claim('worker_1', { max: 2 })), ...(await crew.claim('worker_1', { max: 3 }))];
    expect(names.map(({ name }) => name)).toEqual(['first', 'second', 'third', 'late']);
  });

  it('needs all capabilities, whichever came first, the queue or the agent', async () => {
    await crew.queue({ name: 'both', capabilities: ['b', 'a', 'a'] });
    await crew.register('half', { capabilities: ['a'] });
    await crew.register('whole', { capabilities: ['a', 'b', 'c'] });
    expect(await crew.claim('half')).toEqual([]);
    expect(await crew.claim('whole')).toHaveLength(1);
    await crew.queue({ name: 'one', capabilities: ['a'] });
    expect(await crew.claim('half')).toHaveLength(1);
  });

  it('knows a queue of many capabilities by a short name', async () => {
    const capabilities = Array.from({ length: 100 }, (_, at) => `${'c'.repeat(100)}${at}`);
    const [id = ''] = await crew.queue(
      { name: 'able', capabilities },
      { name: 'less', capabilities: capabilities.slice(1) },
    );
    expect((await crew.task(id)).queue_id).toMatch(/^all:#[0-9a-f]{64}$/);
    await crew.register('able', { capabilities, max_concurrent_tasks: 9 });
    await crew.register('unable', { capabilities: capabilities.slice(2) });
    expect((await crew.claim('able', { max: 9 })).map(({ name }) => name).toSorted()).toEqual(['able', 'less']);
    expect(await crew.claim('unable')).toEqual([]);
  });

  it('follows an agent whose capabilities change', async () => {
    await crew.register('turncoat', { capabilities: ['a'], max_concurrent_tasks: 9 });
    await crew.queue({ name: 'a', capabilities: ['a'] }, { name: 'b', capabilities: ['b'] });
    await crew.register('turncoat', { capabilities: ['b'] });
    expect((await crew.claim('turncoat', { max: 9 })).map(({ name }) => name)).toEqual(['b']);
  });

  it('gives a task that needs nothing to anybody', async () => {
    await crew.queue({ agent_id: null }, { agent_id: null });
    await crew.register('newcomer');
    expect(await crew.claim('worker_1')).toHaveLength(1);
    expect(await crew.claim('newcomer')).toHaveLength(1);
  });

  it('finds a task that was addressed to an agent before it registered', async () => {
    await crew.queue({ agent_id: 'newcomer' });
    await crew.register('newcomer');
    expect(await crew.claim('newcomer')).toHaveLength(1);
  });

  it('with the same claim id gives the same live leases, also when asked twice at once', async () => {
    await crew.queue({}, {}, {});
    const [first, second] = await Promise.all([
      crew.claim('worker_1', { max: 2, claim_id: 'c1' }),
      crew.claim('worker_1', { max: 2, claim_id: 'c1' }),
    ]);
    expect(first).toHaveLength(2);
    expect(second).toEqual(first);
    expect(await crew.claim('worker_1', { max: 5, claim_id: 'c1' })).toEqual(first);
    expect(await crew.claim('worker_1', { max: 5, claim_id: 'c2' })).toHaveLength(1);
    for (const task of first) await crew.complete('worker_1', task);
    expect(await crew.claim('worker_1', { claim_id: 'c1' })).toEqual([]);
  });

  it('with a claim id whose leases ran out takes what there is', async () => {
    await crew.queue({}, {});
    const [lost] = await crew.claim('worker_1', { claim_id: 'c1' });
    await crew.advance(90);
    const [next] = await crew.claim('worker_1', { claim_id: 'c1' });
    expect(next?.task_id).not.toBe(lost?.task_id);
    expect(next).toMatchObject({ fence: 1 });
  });

  it('never gives more than max_concurrent_tasks, whoever asks at once', async () => {
    await crew.queue(...Array.from({ length: 30 }, () => ({})));
    const claims = await Promise.all(Array.from({ length: 20 }, () => crew.claim('worker_1', { max: 3 })));
    expect(claims.flat()).toHaveLength(5);
    expect(new Set(claims.flat().map(({ task_id }) => task_id)).size).toBe(5);
    const [task] = claims.flat();
    if (task !== undefined) await crew.complete('worker_1', task);
    expect(await crew.claim('worker_1', { max: 3 })).toHaveLength(1);
  });

  it('gives a task to one of many agents', async () => {
    for (const id of ['w1', 'w2', 'w3']) await crew.register(id, { capabilities: ['x'], max_concurrent_tasks: 20 });
    await crew.queue(...Array.from({ length: 20 }, () => ({ capabilities: ['x'] })));
    const claims = await Promise.all(['w1', 'w2', 'w3'].map((id) => crew.claim(id, { max: 10 })));
    expect(new Set(claims.flat().map(({ task_id }) => task_id)).size).toBe(20);
    expect(claims.flat()).toHaveLength(20);
  });

  it('gives fifty in one claim', async () => {
    await crew.register('worker_1', { max_concurrent_tasks: 100 });
    await crew.queue(...Array.from({ length: 60 }, () => ({})));
    expect(await crew.claim('worker_1', { max: 50 })).toHaveLength(50);
    expect(await crew.claim('worker_1', { max: 50 })).toHaveLength(10);
  });

  it.each(['draining', 'isolated'] as const)('is refused to an agent that is %s', async (state) => {
    await crew.queue({});
    await setState('worker_1', state);
    await expect(crew.claim('worker_1')).rejects.toMatchObject({ code: 'agent_not_active' });
    await setState('worker_1', 'active');
    expect(await crew.claim('worker_1')).toHaveLength(1);
  });

  it('is for oneself alone', async () => {
    await expect(
      claimTasks(crew.platform, callerOf('worker_2'), { agent_id: 'worker_1', max: 1, wait_seconds: 0 }),
    ).rejects.toMatchObject({ code: 'not_found' });
    await expect(crew.claim('nobody')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('of a lost agent wakes the jobs that wait for it', async () => {
    await crew.claim('worker_1');
    await crew.advance(91);
    crew.heard();
    await crew.claim('worker_1');
    expect(crew.heard()).toEqual(['wake agent:worker_1']);
    await crew.claim('worker_1');
    expect(crew.heard()).toEqual([]);
  });
});

describe('waiting for work', () => {
  it('ends with the commit that queues a task', async () => {
    const waiting = crew.claim('worker_1', { wait_seconds: 20 });
    await crew.advance(0.5);
    await crew.queue({});
    expect(await waiting).toHaveLength(1);
  });

  it('takes a task in the very commit that queues it', async () => {
    const order: string[] = [];
    const noting = (engine: Engine): Engine => ({
      ...engine,
      atomically: (work, ran) => engine.atomically(work, ran).finally(() => order.push('queued')),
      together: (queries, ran) => (order.push('claims'), engine.together(queries, ran)),
    });
    const near = await openCrew({}, { engine: noting });
    await near.register('worker_1');
    const waiting = near.claim('worker_1', { wait_seconds: 20 });
    await near.advance(0.5);
    order.length = 0;
    await near.queue({});
    expect(order).toEqual(['claims', 'queued']);
    expect(await waiting).toHaveLength(1);
    await near.close();
  });

  it('looks before it claims where others have heard of the task too', async () => {
    await crew.register('worker_2');
    const waiting = ['worker_1', 'worker_2'].map((id) => crew.claim(id, { wait_seconds: 20 }));
    await crew.advance(0.5);
    await crew.queue({ capabilities: [] });
    const [one] = await Promise.all([Promise.race(waiting), crew.advance(0.5)]);
    expect(one).toHaveLength(1);
    await crew.advance(20);
    expect((await Promise.all(waiting)).flat()).toHaveLength(1);
  });

  it('hears of a queue that is new', async () => {
    await crew.register('worker_1', { capabilities: ['x'] });
    const waiting = crew.claim('worker_1', { wait_seconds: 20 });
    await crew.advance(0.5);
    await crew.queue({ capabilities: ['x'] });
    expect(await waiting).toHaveLength(1);
  });

  it('ends when the agent has room again', async () => {
    await crew.register('worker_1', { max_concurrent_tasks: 1 });
    await crew.queue({}, {});
    const [task] = await crew.claim('worker_1');
    const waiting = crew.claim('worker_1', { wait_seconds: 20 });
    await crew.advance(0.5);
    if (task !== undefined) await crew.complete('worker_1', task);
    expect(await waiting).toHaveLength(1);
  });

  it('ends with nothing when the time is over, or the caller has gone', async () => {
    const waiting = crew.claim('worker_1', { wait_seconds: 20 });
    await crew.advance(19.9);
    const leaving = new AbortController();
    const left = crew.claim('worker_1', { wait_seconds: 20, signal: leaving.signal });
    leaving.abort();
    expect(await left).toEqual([]);
    await crew.advance(0.2);
    expect(await waiting).toEqual([]);
  });

  it('finds what another process queued without a hint', async () => {
    const waiting = crew.claim('worker_1', { wait_seconds: 20 });
    await crew.advance(0.5);
    await crew.queueQuietly({});
    await crew.advance(2);
    expect(await waiting).toHaveLength(1);
  });
});

describe('tasks as others see them', () => {
  it('shows an agent its own and readers all', async () => {
    const [id = ''] = await crew.queue({}, { agent_id: 'other' });
    expect(await listTasks(crew.platform, callerOf('worker_1'), { limit: 10 })).toMatchObject([{ task_id: id }]);
    expect(await listTasks(crew.platform, admin, { limit: 10 })).toHaveLength(2);
    expect(await listTasks(crew.platform, admin, { limit: 10, agent_id: 'other', state: 'queued' })).toHaveLength(1);
    const [newest] = await listTasks(crew.platform, admin, { limit: 1 });
    expect(await listTasks(crew.platform, admin, { limit: 9, before: newest?.task_id, job_id: 'job_1' })).toHaveLength(
      1,
    );
    expect(await getTask(crew.platform, callerOf('worker_1'), { task_id: id })).toMatchObject({
      state: 'queued',
      tokens: 0,
    });
    await expect(getTask(crew.platform, callerOf('other'), { task_id: id })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
