import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judgeLeases } from '../../shared/tasks/judge-leases.ts';
import { setAlarms, stopTasks } from '../../shared/tasks/stop.ts';
import { deployment_id, openCrew, type Crew } from './crew.ts';

let crew: Crew;
beforeEach(async () => {
  crew = await openCrew();
  await crew.register('worker_1', { max_concurrent_tasks: 5 });
  await crew.register('worker_2', { capabilities: ['x'] });
  await crew.register('worker_3', { capabilities: ['x'] });
});
afterEach(() => crew.close());

const claimOne = async (id = 'worker_1') => {
  const [task] = await crew.claim(id);
  if (task === undefined) throw new Error('nothing to claim');
  return task;
};

const stop = (reason: string) => crew.platform.db.transaction('stop', (tx) => stopTasks(tx, deployment_id, reason));

describe('a lease', () => {
  it('is renewed by heartbeats that list it', async () => {
    await crew.queue({});
    const task = await claimOne();
    for (let beat = 0; beat < 6; beat++) {
      await crew.advance(30);
      expect(await crew.sweep()).toEqual([]);
      expect(await crew.beat('worker_1', [task])).toEqual({ invalid: [], stops: [], drain: false });
    }
    expect(await crew.task(task.task_id)).toMatchObject({ state: 'running', fence: 1 });
  });

  it('that ran out goes to another holder, and the first can write nothing', async () => {
    const [id = ''] = await crew.queue({ capabilities: ['x'] });
    const lost = await claimOne('worker_2');
    await crew.advance(90);
    await crew.sweep();
    expect(await crew.task(id)).toMatchObject({
      state: 'queued',
      attempts: 1,
      fence: 2,
      last_error: 'its lease ran out',
    });
    const taken = await claimOne('worker_3');
    expect(taken).toMatchObject({ task_id: id, attempt: 2, fence: 3 });
    for (const answer of [
      () => crew.complete('worker_2', lost),
      () => crew.fail('worker_2', lost),
      () => crew.complete('worker_2', taken),
    ]) {
      await expect(answer()).rejects.toMatchObject({ code: 'lease_lost' });
    }
    expect(await crew.beat('worker_2', [lost])).toMatchObject({ invalid: [{ task_id: id, fence: 1 }] });
    expect(await crew.complete('worker_3', taken)).toMatchObject({ state: 'succeeded' });
  });

  it('that ran out is not renewed, though nobody has taken it back yet', async () => {
    await crew.queue({});
    const task = await claimOne();
    await crew.advance(91);
    expect(await crew.beat('worker_1', [task])).toMatchObject({ invalid: [{ fence: 1 }] });
    await crew.sweep();
    expect(await crew.task(task.task_id)).toMatchObject({ state: 'queued' });
  });

  it('that its holder does not know of goes back at once after an interval, its attempt counted', async () => {
    await crew.queue({});
    const task = await claimOne();
    await crew.advance(29);
    await crew.beat('worker_1', []);
    expect(await crew.task(task.task_id)).toMatchObject({ state: 'running' });
    await crew.advance(2);
    await crew.beat('worker_1', []);
    expect(await crew.task(task.task_id)).toMatchObject({ state: 'queued', attempts: 1, fence: 2 });
    expect(await claimOne()).toMatchObject({ attempt: 2 });
  });

  it('that its holder does not know of goes back with the others in their order', async () => {
    const ids: string[] = [];
    for (let task = 0; task < 5; task++) {
      ids.push(...(await crew.queue({})));
      await crew.advance(1);
    }
    await crew.claim('worker_1', { max: 5 });
    await crew.advance(31);
    await crew.beat('worker_1', []);
    expect((await crew.claim('worker_1', { max: 5 })).map(({ task_id }) => task_id)).toEqual(ids);
  });

  it('ends its task when it runs out for the last time', async () => {
    const [id = ''] = await crew.queue({ max_attempts: 1 });
    await claimOne();
    await crew.advance(90);
    expect(await crew.sweep()).toEqual(['job_1']);
    expect(await crew.task(id)).toMatchObject({ state: 'failed', last_error: 'its lease ran out' });
    expect((await crew.task(id)).ended_at).not.toBeNull();
  });

  it('never lasts beyond the time limit of the task', async () => {
    const [id = ''] = await crew.queue({ time_limit_seconds: 100 });
    const task = await claimOne();
    await crew.advance(60);
    await crew.beat('worker_1', [task]);
    await crew.advance(39);
    expect(await crew.beat('worker_1', [task])).toMatchObject({ invalid: [], stops: [] });
    await crew.advance(1);
    expect(await crew.beat('worker_1', [task])).toMatchObject({
      invalid: [],
      stops: [{ task_id: id, reason: 'time_limit' }],
    });
    await crew.sweep();
    expect(await crew.task(id)).toMatchObject({ state: 'queued', last_error: 'the time limit was reached' });
  });

  it('of a stopped task is told and not renewed; its end is `cancelled` either way', async () => {
    const [first = '', second = ''] = await crew.queue({}, {});
    const tasks = [await claimOne(), await claimOne()];
    await stop('cancel');
    await crew.advance(30);
    const { stops } = await crew.beat('worker_1', tasks);
    expect(stops.map(({ reason }) => reason)).toEqual(['cancel', 'cancel']);
    const answered = tasks.find(({ task_id }) => task_id === first);
    if (answered === undefined) throw new Error('the first task was not claimed');
    expect(await crew.complete('worker_1', answered)).toMatchObject({ state: 'cancelled', stop_reason: 'cancel' });
    await crew.advance(60);
    expect(await crew.sweep()).toEqual(['job_1']);
    expect(await crew.task(first)).toMatchObject({ state: 'cancelled' });
    expect(await crew.task(second)).toMatchObject({ state: 'cancelled' });
  });

  it('is asked about when its agent drains', async () => {
    expect(await crew.beat('worker_1', [])).toMatchObject({ drain: false });
    await expect(crew.beat('nobody', [])).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is kept by a sweep that has less to do than is due', async () => {
    await crew.queue({}, {}, {});
    await crew.claim('worker_1', { max: 3 });
    await crew.advance(90);
    await crew.sweep(2);
    const left = await crew.claim('worker_1', { max: 5 });
    expect(left).toHaveLength(2);
  });
});

describe('a poison task', () => {
  it('that kills its holders goes behind the others each time', async () => {
    const [poison] = await crew.queue({ name: 'poison' });
    await crew.advance(1);
    await crew.queue({ name: 'a' }, { name: 'b' }, { name: 'c' });
    const order: string[] = [];
    for (let claim = 0; claim < 6; claim++) {
      const task = await claimOne();
      order.push(task.name);
      if (task.task_id === poison) await crew.advance(90);
      else await crew.complete('worker_1', task);
      await crew.sweep();
    }
    expect(order[0]).toBe('poison');
    expect(order.slice(1, 4).toSorted()).toEqual(['a', 'b', 'c']);
    expect(order.slice(4)).toEqual(['poison', 'poison']);
    expect(await crew.task(poison ?? '')).toMatchObject({ state: 'failed', attempts: 3 });
  });
});

describe('the alarm', () => {
  it('of a task goes off when it has cost as much more as is left', async () => {
    const [id = ''] = await crew.queue({ alarm_micros: 5 });
    await crew.platform.db.transaction('alarm', (tx) => setAlarms(tx, deployment_id, 300));
    expect(await crew.task(id)).toMatchObject({ alarm_micros: 300 });
  });
});

describe('judging leases', () => {
  const at = new Date('2026-03-01T12:00:00Z');
  const in_seconds = (seconds: number) => new Date(at.getTime() + seconds * 1000);
  const lease = {
    id: 't',
    fence: 3,
    lease_until: in_seconds(60),
    started_at: in_seconds(-60),
    stop_at: in_seconds(300),
    stop_reason: null,
  };
  const judge = (held: object, listed: { task_id: string; fence: number }[]) =>
    judgeLeases([{ ...lease, ...held }], listed, { at, interval_seconds: 30 });
  const listed = [{ task_id: 't', fence: 3 }];

  it('finds nothing wrong with a live lease that is listed', () => {
    expect(judge({}, listed)).toEqual({ invalid: [], stops: [], unknown: [] });
  });

  it('takes an old fence for a lease that is not known', () => {
    expect(judge({}, [{ task_id: 't', fence: 2 }])).toMatchObject({ invalid: [{ fence: 2 }], unknown: [{ id: 't' }] });
  });

  it('gives the holder an interval to learn of its claim', () => {
    expect(judge({ started_at: in_seconds(-29) }, []).unknown).toEqual([]);
  });

  it('tells a stop instead of calling the lease invalid', () => {
    expect(judge({ lease_until: in_seconds(-1), stop_reason: 'budget' }, listed)).toEqual({
      invalid: [],
      stops: [{ task_id: 't', reason: 'budget' }],
      unknown: [],
    });
  });
});
