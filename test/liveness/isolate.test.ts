import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../shared/access/caller.ts';
import { getAgent } from '../../shared/agents/read.ts';
import { retireAgent } from '../../shared/tasks/retire-agent.ts';
import { streamEvents } from '../../shared/events/feed.ts';
import { drainAgent } from '../../shared/liveness/drain.ts';
import { isolateAgent } from '../../shared/liveness/isolate.ts';
import { restoreAgent } from '../../shared/liveness/restore.ts';
import { stopTasks } from '../../shared/tasks/stop.ts';
import { admin, deployment_id, openCrew, type Crew } from '../tasks/crew.ts';

const olga: Caller = { id: 'olga', kind: 'person', roles: ['operator'], owner_id: null };

let crew: Crew;
beforeEach(async () => {
  crew = await openCrew();
  await crew.register('worker_1', { max_concurrent_tasks: 5 });
  for (const id of ['worker_2', 'worker_3']) await crew.register(id, { capabilities: ['x'] });
  await crew.beat('worker_1', []);
  crew.heard();
});
afterEach(() => crew.close());

const isolate = (agent_id: string, more: { if_match?: string; reason?: string } = {}) =>
  isolateAgent(crew.platform, olga, { agent_id, reason: 'it lies', ...more });
const restore = (agent_id: string) => restoreAgent(crew.platform, olga, { agent_id });
const drain = (agent_id: string) => drainAgent(crew.platform, olga, { agent_id });
const events = async (agent_id: string) =>
  (await streamEvents(crew.platform.db.read, { stream: `agent:${agent_id}`, after: 1, limit: 100 })).map(
    ({ type, actor, data }) => ({ type, actor, data }),
  );

const claimed = async (id: string) => {
  const [task] = await crew.claim(id);
  if (task === undefined) throw new Error('nothing to claim');
  return task;
};

describe('an agent that is isolated', () => {
  it('is told of in two events, the second with what it held', async () => {
    await crew.queue({}, { max_attempts: 1 });
    await crew.claim('worker_1', { max: 2 });
    expect(await isolate('worker_1')).toMatchObject({ state: 'isolated', version: 3 });
    expect(await events('worker_1')).toEqual([
      { type: 'isolated', actor: 'olga', data: { reason: 'it lies' } },
      { type: 'redistributed', actor: 'olga', data: { queued: 1, ended: 1 } },
    ]);
  });

  it('takes no work and is told to finish', async () => {
    await crew.queue({});
    await isolate('worker_1');
    await expect(crew.claim('worker_1')).rejects.toMatchObject({ code: 'agent_not_active' });
    expect(await crew.beat('worker_1', [])).toMatchObject({ drain: true });
    expect(crew.heard()).toEqual([]);
  });

  it('writes nothing with a fence that was withdrawn, and another does its work', async () => {
    const [id = ''] = await crew.queue({ capabilities: ['x'] });
    const lost = await claimed('worker_2');
    await isolate('worker_2');
    expect(await crew.task(id)).toMatchObject({
      state: 'queued',
      attempts: 1,
      fence: 2,
      last_error: 'its holder was isolated',
    });
    for (const report of [() => crew.complete('worker_2', lost), () => crew.fail('worker_2', lost)])
      await expect(report()).rejects.toMatchObject({ code: 'lease_lost' });
    expect(await crew.beat('worker_2', [lost])).toMatchObject({ invalid: [{ task_id: id, fence: 1 }] });
    expect(await crew.complete('worker_3', await claimed('worker_3'))).toMatchObject({ state: 'succeeded' });
  });

  it('leaves what is addressed to it in its own queue, behind what waits there', async () => {
    const [first] = await crew.queue({});
    await crew.advance(1);
    const [second] = await crew.queue({});
    await claimed('worker_1');
    await crew.advance(1);
    await isolate('worker_1');
    await restore('worker_1');
    const next = await crew.claim('worker_1', { max: 5 });
    expect(next.map(({ task_id }) => task_id)).toEqual([second, first]);
  });

  it('ends a task that has no attempt left or was told to stop, and rings for its job', async () => {
    const [last = ''] = await crew.queue({ max_attempts: 1 });
    await claimed('worker_1');
    await isolate('worker_1');
    expect(await crew.task(last)).toMatchObject({ state: 'failed', last_error: 'its holder was isolated' });
    expect(crew.heard()).toEqual(['execute job_1']);
    await restore('worker_1');
    const [stopped = ''] = await crew.queue({});
    await claimed('worker_1');
    await crew.platform.db.transaction('stop', (tx) => stopTasks(tx, deployment_id, 'cancel'));
    await isolate('worker_1');
    expect(await crew.task(stopped)).toMatchObject({ state: 'cancelled', stop_reason: 'cancel' });
  });

  it('is isolated once: again changes nothing', async () => {
    await isolate('worker_1');
    expect(await isolate('worker_1')).toMatchObject({ version: 3 });
    expect(await events('worker_1')).toHaveLength(2);
  });

  it('stays so when it is registered again, and can be retired', async () => {
    await isolate('worker_1');
    await crew.register('worker_1', { max_concurrent_tasks: 2 });
    expect(await getAgent(crew.platform, admin, { agent_id: 'worker_1' })).toMatchObject({ state: 'isolated' });
    await retireAgent(crew.platform, admin, { agent_id: 'worker_1' });
    for (const order of [isolate, restore, drain])
      await expect(order('worker_1')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('keeps secrets of the reason out of the record', async () => {
    await isolate('worker_1', { reason: 'it printed password=hunter2secret' });
    expect(JSON.stringify(await events('worker_1'))).not.toContain('hunter2secret');
  });

  it('meets a claim that waits', async () => {
    const waiting = crew.claim('worker_1', { wait_seconds: 20 });
    await isolate('worker_1');
    await expect(waiting).rejects.toMatchObject({ code: 'agent_not_active' });
  });
});

describe('an agent that is restored', () => {
  it('takes work again, and jobs that waited for it look again', async () => {
    await crew.queue({});
    await isolate('worker_1');
    expect(await restore('worker_1')).toMatchObject({ state: 'active' });
    expect(crew.heard()).toEqual(['wake agent:worker_1']);
    expect(await claimed('worker_1')).toMatchObject({ attempt: 1 });
    expect(await restore('worker_1')).toMatchObject({ version: 4 });
    expect((await events('worker_1')).map(({ type }) => type)).toEqual(['isolated', 'redistributed', 'restored']);
  });
});

describe('an agent that drains', () => {
  it('finishes what it holds and claims no more, until it is restored', async () => {
    await crew.queue({}, {});
    const task = await claimed('worker_1');
    expect(await drain('worker_1')).toMatchObject({ state: 'draining' });
    expect(await crew.beat('worker_1', [task])).toEqual({ invalid: [], stops: [], drain: true });
    await expect(crew.claim('worker_1')).rejects.toMatchObject({ code: 'agent_not_active' });
    expect(await crew.complete('worker_1', task)).toMatchObject({ state: 'succeeded' });
    await restore('worker_1');
    expect(await crew.beat('worker_1', [])).toMatchObject({ drain: false });
    expect(await crew.claim('worker_1')).toHaveLength(1);
    expect(await events('worker_1')).toEqual([
      { type: 'draining', actor: 'olga', data: {} },
      { type: 'restored', actor: 'olga', data: {} },
    ]);
  });

  it('can be isolated, and an isolated one does not drain', async () => {
    await drain('worker_1');
    await isolate('worker_1');
    await expect(drain('worker_1')).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('an order', () => {
  it('heeds If-Match and finds nobody who is not there', async () => {
    await expect(isolate('worker_1', { if_match: '"7"' })).rejects.toMatchObject({ code: 'stale' });
    expect(await isolate('worker_1', { if_match: '"1"' })).toMatchObject({ state: 'isolated' });
    await expect(isolate('nobody')).rejects.toMatchObject({ code: 'not_found' });
    await expect(restore('nobody')).rejects.toMatchObject({ code: 'not_found' });
  });
});
