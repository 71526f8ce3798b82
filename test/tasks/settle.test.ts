import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { putPrices } from '../../shared/estimates/put-prices.ts';
import type { Engine } from '../../shared/platform/database/transactions.ts';
import { completeTask } from '../../shared/tasks/complete.ts';
import { stateAfter } from '../../shared/tasks/fail.ts';
import type { ClaimedTask } from '../../shared/tasks/lease.ts';
import { reportProgress } from '../../shared/tasks/progress.ts';
import { releaseTasks } from '../../shared/tasks/queue.ts';
import { releaseTask } from '../../shared/tasks/release.ts';
import type { UsageReport } from '../../shared/tasks/report.ts';
import { cancelTasks, stopTasks } from '../../shared/tasks/stop.ts';
import { lockTasks, tasksOf } from '../../shared/tasks/store.ts';
import { admin, callerOf, deployment_id, openCrew, type Crew } from './crew.ts';

let crew: Crew;
/** With what the answers of the next batches are lost, after their commits. */
const lost: number[] = [];
const losing = (engine: Engine): Engine => ({
  ...engine,
  together: async (queries) => {
    const rows = await engine.together(queries);
    const errcode = lost.shift();
    if (errcode !== undefined) throw Object.assign(new Error('the answer is lost'), { errcode });
    return rows;
  },
});
beforeEach(async () => {
  crew = await openCrew({}, { engine: losing });
  await crew.register('worker_1', { max_concurrent_tasks: 5, model: 'ours' });
  crew.heard();
});
afterEach(() => crew.close());

const claimOne = async (): Promise<ClaimedTask> => {
  const [task] = await crew.claim('worker_1');
  if (task === undefined) throw new Error('nothing to claim');
  return task;
};
const worker = callerOf('worker_1');
const usage = (input_tokens: number, output_tokens = 0, more: Partial<UsageReport> = {}): UsageReport => ({
  input_tokens,
  output_tokens,
  cached_tokens: 0,
  ...more,
});
const progress = ({ task_id, fence }: ClaimedTask, used: UsageReport) =>
  reportProgress(crew.platform, worker, { task_id, fence, usage: used });
/** A dollar for a million input tokens, so a micro-dollar a token; output costs ten. */
const pricedByTheToken = () =>
  putPrices(crew.platform, admin, {
    overrides: [{ model: 'ours', input_usd_per_million: 1, output_usd_per_million: 10 }],
  });

describe('completing', () => {
  it('keeps the output and rings for the job', async () => {
    await crew.queue({});
    const task = await claimOne();
    expect(await crew.complete('worker_1', task)).toEqual({
      task_id: task.task_id,
      state: 'succeeded',
      stop_reason: null,
      tasks: [],
    });
    expect(crew.heard()).toContain('execute job_1');
    expect(await crew.task(task.task_id)).toMatchObject({ output: { done: true }, lease_until: null, due_at: null });
  });

  it('twice gives the first answer and changes nothing', async () => {
    await crew.queue({});
    const task = await claimOne();
    const first = await crew.complete('worker_1', task);
    const before = await crew.task(task.task_id);
    crew.heard();
    const { task_id, fence } = task;
    const again = await completeTask(crew.platform, worker, { task_id, fence, output: { other: 1 }, usage: usage(9) });
    expect(again).toEqual(first);
    expect(await crew.task(task_id)).toEqual(before);
    expect(crew.heard()).toEqual(['execute job_1']); // the first may have been lost with its answer
  });

  it('tells the agent’s waiting claims of the room, also when its own answer is lost', async () => {
    await crew.queue({});
    const task = await claimOne();
    let isTold = false;
    void crew.platform.hints.wait(['agent:worker_1'], 60_000).then(() => (isTold = true));
    lost.push(5, 10); // busy, then broken
    await expect(Promise.all([crew.complete('worker_1', task), crew.advance(1)])).rejects.toMatchObject({
      errcode: 10,
    });
    expect(await crew.task(task.task_id)).toMatchObject({ state: 'succeeded' });
    expect(isTold).toBe(true);
  });

  it('is not a repeat of failing, and the other way round', async () => {
    await crew.queue({}, {});
    const [done, failed] = [await claimOne(), await claimOne()];
    await crew.complete('worker_1', done);
    await crew.fail('worker_1', failed);
    await expect(crew.fail('worker_1', done)).rejects.toMatchObject({ code: 'lease_lost' });
    await expect(crew.complete('worker_1', failed)).rejects.toMatchObject({ code: 'lease_lost' });
  });

  it('is refused for what does not exist and what was never claimed', async () => {
    const [id = ''] = await crew.queue({});
    await expect(crew.complete('worker_1', { task_id: 'task_0', fence: 1 })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(crew.complete('worker_1', { task_id: id, fence: 0 })).rejects.toMatchObject({ code: 'lease_lost' });
  });

  it('can claim the next in the same call, and gives it again when repeated', async () => {
    await crew.register('worker_1', { max_concurrent_tasks: 1 });
    await crew.queue({}, {});
    const { task_id, fence } = await claimOne();
    const report = { task_id, fence, output: {}, prefetch: { max: 3, claim_id: 'next' } };
    const first = await completeTask(crew.platform, worker, report);
    expect(first).toMatchObject({ state: 'succeeded', tasks: [{ fence: 1 }] });
    expect(first.tasks).toHaveLength(1);
    expect(await completeTask(crew.platform, worker, report)).toEqual(first);
  });
});

describe('failing', () => {
  it('delays the next attempt, further each time, and ends when none is left', async () => {
    const [id = ''] = await crew.queue({ max_attempts: 3 });
    for (const attempt of [1, 2]) {
      await crew.fail('worker_1', await claimOne());
      expect(await crew.task(id)).toMatchObject({ state: 'delayed', attempts: attempt, last_error: 'it broke' });
      expect(await crew.claim('worker_1')).toEqual([]);
      await crew.advance(300);
      expect(await crew.sweep()).toEqual([]);
    }
    const last = await claimOne();
    crew.heard();
    expect(await crew.fail('worker_1', last)).toMatchObject({ state: 'failed' });
    expect(await crew.fail('worker_1', last)).toMatchObject({ state: 'failed' });
    expect(crew.heard()).toEqual(['execute job_1']);
    expect(await crew.task(id)).toMatchObject({ state: 'failed', last_error: 'it broke', attempts: 3, due_at: null });
  });

  it('is answered the same after the wait is over', async () => {
    await crew.queue({});
    const task = await claimOne();
    const first = await crew.fail('worker_1', task);
    await crew.advance(300);
    await crew.sweep();
    expect(await crew.fail('worker_1', task)).toEqual(first);
    expect(first).toMatchObject({ state: 'delayed' });
  });

  it('puts a task behind those that wait already', async () => {
    await crew.queue({ name: 'poison' });
    await crew.advance(1);
    await crew.queue({ name: 'good' });
    await crew.fail('worker_1', await claimOne());
    await crew.advance(300);
    await crew.sweep();
    expect((await crew.claim('worker_1', { max: 2 })).map(({ name }) => name)).toEqual(['good', 'poison']);
  });

  it('wakes a waiting claim when its delay is over', async () => {
    await crew.queue({});
    await crew.fail('worker_1', await claimOne());
    const waiting = crew.claim('worker_1', { wait_seconds: 20 });
    await crew.advance(2.5);
    await crew.sweep();
    expect(await waiting).toHaveLength(1);
  });

  it.each([
    ['delayed', { stop_reason: null, attempts: 2, max_attempts: 3 }, true],
    ['failed', { stop_reason: null, attempts: 3, max_attempts: 3 }, true],
    ['failed', { stop_reason: null, attempts: 1, max_attempts: 3 }, false],
    ['cancelled', { stop_reason: 'cancel', attempts: 1, max_attempts: 3 }, true],
  ] as const)('leads to %s', (state, task, retryable) => {
    expect(stateAfter(task, { retryable })).toBe(state);
  });
});

describe('releasing', () => {
  it('gives a task back in its place, the attempt not counted', async () => {
    await crew.queue({ name: 'first' });
    await crew.advance(1);
    await crew.queue({ name: 'second' });
    const { task_id, fence } = await claimOne();
    const first = await releaseTask(crew.platform, worker, { task_id, fence });
    expect(first).toMatchObject({ state: 'queued' });
    expect(await releaseTask(crew.platform, worker, { task_id, fence })).toEqual(first);
    expect(await claimOne()).toMatchObject({ task_id, attempt: 1, fence: 2 });
    await expect(releaseTask(crew.platform, worker, { task_id, fence })).rejects.toMatchObject({ code: 'lease_lost' });
  });

  it('of a stopped task ends it', async () => {
    await crew.queue({});
    const { task_id, fence } = await claimOne();
    await crew.platform.db.transaction('stop', (tx) => stopTasks(tx, deployment_id, 'cancel'));
    crew.heard();
    expect(await releaseTask(crew.platform, worker, { task_id, fence })).toMatchObject({ state: 'cancelled' });
    expect(crew.heard()).toEqual(['execute job_1']);
    expect((await crew.task(task_id)).ended_at).not.toBeNull();
  });
});

describe('usage', () => {
  it('counts the largest report of an attempt, at the price of the model', async () => {
    await pricedByTheToken();
    await crew.queue({});
    const task = await claimOne();
    await progress(task, usage(100, 10));
    await progress(task, usage(40, 4));
    expect(await crew.task(task.task_id)).toMatchObject({
      input_tokens: 100,
      output_tokens: 10,
      cost_micros: 200,
      priced: true,
    });
    const { task_id, fence } = task;
    await completeTask(crew.platform, worker, { task_id, fence, output: {}, usage: usage(150, 20) });
    expect(await crew.task(task_id)).toMatchObject({
      input_tokens: 150,
      output_tokens: 20,
      cost_micros: 350,
      model: 'ours',
    });
  });

  it('of every attempt is kept, also of a lost holder', async () => {
    await pricedByTheToken();
    const [id = ''] = await crew.queue({});
    await progress(await claimOne(), usage(100));
    await crew.advance(90);
    await crew.sweep();
    const second = await claimOne();
    expect(await crew.task(id)).toMatchObject({
      input_tokens: 0,
      earlier_tokens: 100,
      earlier_cost_micros: 100,
      earlier_budget_micros: 100,
    });
    await progress(second, usage(7, 1, { model: 'unheard-of', cost_usd: 0.5 }));
    await crew.fail('worker_1', second);
    expect(await crew.task(id)).toMatchObject({
      input_tokens: 7,
      output_tokens: 1,
      cost_micros: 500_000,
      priced: false,
    });
    await crew.advance(300);
    await crew.sweep();
    await claimOne();
    expect(await crew.task(id)).toMatchObject({
      model: null, // that of the attempt before says nothing of this one
      earlier_tokens: 108,
      earlier_cost_micros: 500_100,
      earlier_budget_micros: 100,
    });
  });

  it('costs what the agent says where there is no price', async () => {
    await crew.queue({});
    const task = await claimOne();
    await progress(task, usage(100, 0, { model: 'unheard-of', cost_usd: 0.25 }));
    expect(await crew.task(task.task_id)).toMatchObject({ cost_micros: 250_000, priced: false, model: 'unheard-of' });
  });

  it('beyond the alarm rings at once, with all attempts counted', async () => {
    await pricedByTheToken();
    await crew.queue({ alarm_micros: 150 });
    const first = await claimOne();
    crew.heard();
    await progress(first, usage(100));
    expect(crew.heard()).toEqual([]);
    await crew.fail('worker_1', first);
    await crew.advance(300);
    await crew.sweep();
    const second = await claimOne();
    crew.heard();
    await progress(second, usage(50));
    expect(crew.heard()).toEqual([]);
    await progress(second, usage(51));
    expect(crew.heard()).toEqual(['execute job_1']);
  });

  it('without a price never rings the alarm', async () => {
    await crew.queue({ alarm_micros: 1 });
    const task = await claimOne();
    crew.heard();
    await progress(task, usage(100, 0, { model: 'unheard-of', cost_usd: 1 }));
    expect(crew.heard()).toEqual([]);
  });
});

describe('progress', () => {
  it('keeps what it says and tells of a stop', async () => {
    await crew.queue({});
    const { task_id, fence } = await claimOne();
    const report = { task_id, fence, progress: 0.5, note: 'half way' };
    expect(await reportProgress(crew.platform, worker, report)).toEqual({ task_id, stop_reason: null });
    await crew.platform.db.transaction('stop', (tx) => stopTasks(tx, deployment_id, 'budget'));
    expect(await reportProgress(crew.platform, worker, { task_id, fence })).toEqual({ task_id, stop_reason: 'budget' });
    expect(await crew.task(task_id)).toMatchObject({ progress: 0.5, progress_note: 'half way' });
    await expect(reportProgress(crew.platform, worker, { ...report, fence: 9 })).rejects.toMatchObject({
      code: 'lease_lost',
    });
  });
});

describe('the tasks of a plan', () => {
  it('wait for their dependencies and are released with their outputs', async () => {
    const [first = '', second = ''] = await crew.queue({ name: 'a' }, { name: 'b', depends_on: ['a'] });
    expect(await crew.claim('worker_1', { max: 5 })).toHaveLength(1);
    expect(await crew.task(second)).toMatchObject({ state: 'waiting', queued_at: null });
    const input = { outputs: { a: { text: 'x' } } };
    await crew.platform.db.transaction('release', (tx) =>
      releaseTasks(tx, [
        { id: second, input },
        { id: first, input },
      ]),
    );
    expect(await claimOne()).toMatchObject({ task_id: second, input });
    expect(await crew.task(first)).toMatchObject({ input: {}, state: 'running' });
  });

  it('are cancelled unless they run', async () => {
    const ids = await crew.queue({ name: 'runs' }, {}, { depends_on: ['runs'] }, {});
    await claimOne();
    await crew.platform.db.transaction('cancel', (tx) => cancelTasks(tx, deployment_id, 'cancel'));
    const tasks = await tasksOf(crew.platform.db.read, { deployment_id });
    expect(tasks.map(({ id }) => id)).toEqual(ids.toSorted());
    expect(tasks.map(({ state }) => state).toSorted()).toEqual(['cancelled', 'cancelled', 'cancelled', 'running']);
    expect(await crew.platform.db.transaction('lock', (tx) => lockTasks(tx, { deployment_id }))).toEqual(tasks);
  });

  it('may be more than one statement holds', async () => {
    const ids = await crew.queue(...Array.from({ length: 19 }, () => ({})));
    expect(new Set(ids).size).toBe(19);
    expect(await tasksOf(crew.platform.db.read, { deployment_id })).toHaveLength(19);
  });
});
