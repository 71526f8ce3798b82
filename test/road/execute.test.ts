import { CompiledQuery } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PricesInput } from '../../shared/estimates/price.ts';
import { putPrices } from '../../shared/estimates/put-prices.ts';
import type { Engine } from '../../shared/platform/database/transactions.ts';
import { listDeployments } from '../../shared/road/deployments.ts';
import { admin, openTown, type Asked, type Town } from './town.ts';

let town: Town;
/** Runs before the lock of the tasks, as another transaction may on a database with many writers. */
let between: CompiledQuery | undefined;
const interrupted = (engine: Engine): Engine => ({
  ...engine,
  atomically: (work) =>
    engine.atomically((run, at) => {
      let looks = 0;
      return work(async (query) => {
        if (query.sql.startsWith('select * from "tasks"') && ++looks === 2 && between !== undefined) await run(between);
        return run(query);
      }, at);
    }),
});

beforeEach(async () => {
  between = undefined;
  town = await openTown({}, { engine: interrupted });
});
afterEach(() => town.close());

const team: Asked = { supporting_agents: ['reader', 'checker'] };
const states = async (id: string) =>
  Object.fromEntries(Object.entries(await town.tasks(id)).map(([name, { state }]) => [name, state]));

interface Told {
  type: string;
  data: { tasks?: { name: string; state: string }[] };
}
/** Each task's end as the job's events tell it. */
const told = async (id: string) =>
  (await town.sql<Told>('select type, data from events where stream = ? order by number', id))
    .flatMap(({ data }) => data.tasks ?? [])
    .map(({ name, state }) => `${name} ${state}`)
    .toSorted();
/** What the event of its start tells. */
const startOf = async (id: string) => {
  const [started] = await town.sql<Told>("select data from events where stream = ? and type = 'started'", id);
  return started?.data;
};
const books = async () => ({
  budgets: await town.sql('select sum(reserved_micros) reserved, sum(spent_micros) spent from budgets'),
  held: await town.sql('select sum(reserved_micros) held from reservations'),
});

describe('the plan', () => {
  test('is the supporting agents side by side, then the primary one with their outputs', async () => {
    const id = await town.started({ ...team, input: { month: 'May' } });
    expect(await states(id)).toEqual({ reader: 'queued', checker: 'queued', writer: 'waiting' });
    expect(await town.claim('writer')).toEqual([]);
    await town.complete('reader', await town.one('reader'), undefined, { pages: 3 });
    await town.settle();
    expect(await town.claim('writer')).toEqual([]);
    await town.complete('checker', await town.one('checker'), undefined, { errors: 0 });
    await town.settle();
    const last = await town.one('writer');
    expect(last.input).toEqual({
      ...{ job_name: 'report', description: 'Write a report about the month', month: 'May' },
      outputs: { reader: { pages: 3 }, checker: { errors: 0 } },
    });
    await town.complete('writer', last);
    await town.settle();
    expect(await town.answer(id)).toMatchObject({ state: 'succeeded', outcome_reason: 'All its tasks succeeded.' });
    expect(await told(id)).toEqual(['checker succeeded', 'reader succeeded', 'writer succeeded']);
  });

  test('is told while it runs: who is at work, progress, the way that is left', async () => {
    const id = await town.started(team);
    await town.progress('reader', await town.one('reader'), { input_tokens: 1, output_tokens: 1 });
    const { plan, explanation } = await town.answer(id);
    expect(explanation).toMatch(/^0 of 3 tasks done, reader at work; about \d+ s left\.$/);
    expect(plan?.progress).toBeGreaterThan(0);
    expect(plan?.critical_path.at(-1)).toBe('writer');
  });

  test('is the primary agent alone where a fallback allows it and a helper is absent', async () => {
    const id = await town.submitted({ ...team, fallback: 'single_agent' });
    town.beating.delete('checker');
    await town.vote(id, 'hanna');
    await town.pass(180);
    await town.approve(id, ['hugo']);
    expect(await states(id)).toEqual({ writer: 'queued' });
    const { explanation } = await town.answer(id);
    expect(explanation).toContain('The primary agent works alone: checker cannot take a task now.');
    await town.work();
    expect(await town.state(id)).toBe('succeeded');
  });

  test('is the primary agent alone where a helper is usually slower than the job can wait, and says so', async () => {
    for (let times = 0; times < 5; times++) {
      await town.started({ job_name: 'earlier', primary_agent: 'checker' });
      const task = await town.one('checker');
      await town.pass(100 + times);
      await town.complete('checker', task);
      await town.settle();
    }
    const slow = { ...team, fallback: 'single_agent' as const, max_execution_time_seconds: 90 };
    const id = await town.started(slow);
    expect(await states(id)).toEqual({ writer: 'queued' });
    const because = 'checker may take 104 s (p95 of its last tasks), and has 90 s';
    expect(await startOf(id)).toMatchObject({ from: 'approved', to: 'executing', alone_because: because });
    expect((await town.answer(id)).explanation).toContain(`The primary agent works alone: ${because}.`);
    expect(await listDeployments(town.platform, admin, { job_id: id })).toMatchObject([{ alone_because: because }]);

    const patient = await town.started({ ...slow, max_execution_time_seconds: 600 });
    expect(Object.keys(await states(patient))).toHaveLength(3);
    expect(await startOf(patient)).not.toHaveProperty('alone_because');
    expect(Object.keys(await states(await town.started({ ...slow, fallback: undefined })))).toHaveLength(3);
  });

  test('is whole with that fallback when all are there', async () => {
    const id = await town.started({ ...team, fallback: 'single_agent' });
    expect(Object.keys(await states(id))).toHaveLength(3);
  });
});

describe('a task that fails', () => {
  test('is tried again after a while, as often as the job allows; then the job has failed', async () => {
    const id = await town.started({ max_retries: 2 });
    for (let attempt = 1; attempt <= 3; attempt++) {
      const task = await town.one('writer');
      expect(task.attempt).toBe(attempt);
      await town.fail('writer', task);
      await town.settle();
      expect(await states(id)).toEqual({ writer: attempt < 3 ? 'delayed' : 'failed' });
      await town.pass(30);
      await town.sweep();
    }
    expect(await town.answer(id)).toMatchObject({ state: 'failed', outcome_reason: 'Task writer failed: it broke' });
    expect(await town.tasks(id)).toMatchObject({ writer: { last_error: 'it broke', attempts: 3 } });
    expect(await told(id)).toEqual(['writer failed']);
  });

  test('is not tried again where its holder says that it is of no use', async () => {
    const id = await town.started({ max_retries: 5 });
    await town.fail('writer', await town.one('writer'), false);
    await town.settle();
    expect(await town.state(id)).toBe('failed');
  });

  test('cancels the others; those that run may end', async () => {
    const id = await town.started({ ...team, max_retries: 0 });
    const running = await town.one('checker');
    await town.fail('reader', await town.one('reader'));
    await town.settle();
    expect(await states(id)).toEqual({ reader: 'failed', checker: 'running', writer: 'cancelled' });
    expect(await town.state(id)).toBe('executing');
    await town.complete('checker', running);
    await town.settle();
    expect(await town.state(id)).toBe('failed');
    expect(await told(id)).toEqual(['checker succeeded', 'reader failed', 'writer cancelled']);
  });

  test('is told with those it takes along, also when nothing runs any more', async () => {
    const id = await town.started({ ...team, max_retries: 0 });
    await town.fail('reader', await town.one('reader'));
    await town.settle();
    expect(await states(id)).toEqual({ reader: 'failed', checker: 'cancelled', writer: 'cancelled' });
    expect(await told(id)).toEqual(['checker cancelled', 'reader failed', 'writer cancelled']);
  });
});

describe('a holder that falls silent', () => {
  test('loses its task to another try, and can write nothing any more', async () => {
    const id = await town.started();
    const lost = await town.one('writer');
    await town.world.advance(91);
    await town.sweep();
    expect(await states(id)).toEqual({ writer: 'queued' });
    await expect(town.complete('writer', lost)).rejects.toMatchObject({ code: 'lease_lost' });
    const again = await town.one('writer');
    expect([again.task_id, again.attempt, again.fence > lost.fence]).toEqual([lost.task_id, 2, true]);
    await town.complete('writer', again);
    await town.settle();
    expect(await town.state(id)).toBe('succeeded');
  });

  test('ends the job when there is no try left', async () => {
    const id = await town.started({ max_retries: 0 });
    await town.one('writer');
    await town.world.advance(91);
    await town.sweep();
    expect(await town.answer(id)).toMatchObject({ outcome_reason: 'Task writer failed: its lease ran out' });
  });

  test('is renewed by its heartbeats, up to the time limit of its task', async () => {
    const id = await town.started({ max_execution_time_seconds: 3600, max_retries: 0 });
    await town.one('writer');
    await town.pass(290);
    await town.sweep();
    expect(await states(id)).toEqual({ writer: 'running' });
    await town.pass(20);
    await town.sweep();
    expect(await town.answer(id)).toMatchObject({ state: 'failed' });
    expect((await town.tasks(id))['writer']?.last_error).toBe('the time limit was reached');
  });
});

describe('a running job that is cancelled', () => {
  test('tells its holders at their heartbeat and ends when the last has answered', async () => {
    const id = await town.started(team);
    const task = await town.one('reader');
    await town.cancel(id);
    await town.cancel(id);
    await town.settle();
    expect(await states(id)).toEqual({ reader: 'running', checker: 'cancelled', writer: 'cancelled' });
    expect((await town.answer(id)).explanation).toBe('Stopping (cancel); waiting for reader to let go.');
    expect(await town.beat('reader')).toMatchObject({ stops: [{ task_id: task.task_id, reason: 'cancel' }] });
    expect(await town.complete('reader', task)).toMatchObject({ state: 'cancelled', stop_reason: 'cancel' });
    await town.settle();
    expect(await town.answer(id)).toMatchObject({ state: 'cancelled', outcome_reason: 'It was cancelled.' });
    expect(await told(id)).toEqual(['checker cancelled', 'reader cancelled', 'writer cancelled']);
    expect((await town.events(id)).filter((type) => type === 'stop_requested')).toHaveLength(1);
  });

  test('is over at once when nobody holds anything, and tells of every task', async () => {
    const id = await town.started(team);
    await town.cancel(id);
    await town.settle();
    expect(await town.state(id)).toBe('cancelled');
    expect(await told(id)).toEqual(['checker cancelled', 'reader cancelled', 'writer cancelled']);
  });

  test('waits for a silent holder no longer than its lease, which no heartbeat renews', async () => {
    const id = await town.started();
    await town.one('writer');
    await town.cancel(id);
    await town.settle();
    await town.pass(80);
    await town.sweep();
    expect(await town.state(id)).toBe('executing');
    await town.pass(15);
    await town.sweep();
    expect(await town.answer(id)).toMatchObject({ state: 'cancelled' });
    expect((await books()).held).toEqual([{ held: 0 }]);
  });

  test('cannot be cancelled when it is over', async () => {
    const id = await town.started();
    await town.work();
    await expect(town.cancel(id)).rejects.toMatchObject({ code: 'job_ended' });
  });
});

describe('the time limit', () => {
  test('stops a job whose tasks nobody takes', async () => {
    const id = await town.started({ max_execution_time_seconds: 100 });
    await town.pass(90);
    await town.sweep();
    expect(await town.state(id)).toBe('executing');
    await town.pass(40);
    await town.sweep();
    expect(await town.answer(id)).toMatchObject({ state: 'failed', outcome_reason: 'It reached its time limit.' });
  });

  test('lets those that run answer first', async () => {
    const id = await town.started({ max_execution_time_seconds: 100 });
    await town.pass(95);
    const task = await town.one('writer');
    await town.pass(10);
    await town.sweep();
    expect(await town.job(id)).toMatchObject({ state: 'executing', stop_reason: 'time_limit' });
    await town.complete('writer', task);
    await town.settle();
    expect(await town.state(id)).toBe('failed');
  });
});

describe('money', () => {
  beforeEach(() =>
    putPrices(
      town.platform,
      admin,
      PricesInput.parse({
        overrides: [
          { model: 'gold', input_usd_per_million: 100, cached_input_usd_per_million: 100, output_usd_per_million: 100 },
        ],
      }),
    ),
  );
  const gold: Asked = { ...team, model: 'gold', max_budget_usd: 1 };
  const usage = (tokens: number) => ({ model: 'gold', input_tokens: tokens, output_tokens: 0 });

  test('is reserved at the start, spent as it is used, and the rest is given back', async () => {
    const id = await town.started(gold);
    expect(await books()).toEqual({ budgets: [{ reserved: 1_000_000, spent: 0 }], held: [{ held: 1_000_000 }] });
    await town.complete('reader', await town.one('reader'), usage(3000));
    await town.settle();
    expect(await books()).toEqual({ budgets: [{ reserved: 700_000, spent: 300_000 }], held: [{ held: 700_000 }] });
    await town.work(usage(1000));
    expect(await town.answer(id)).toMatchObject({ state: 'succeeded', actual: { cost_usd: 0.5, total_tokens: 5000 } });
    expect(await books()).toEqual({ budgets: [{ reserved: 0, spent: 500_000 }], held: [{ held: 0 }] });
  });

  test('beyond the reservation is an overrun: it counts as spent and stops the job', async () => {
    const id = await town.started(gold);
    const task = await town.one('reader');
    await town.progress('reader', task, usage(12_000));
    await town.settle();
    expect(await town.job(id)).toMatchObject({ state: 'executing', stop_reason: 'budget' });
    expect(await books()).toMatchObject({ budgets: [{ reserved: 0, spent: 1_200_000 }] });
    await town.fail('reader', task, true, usage(13_000));
    await town.settle();
    const answer = await town.answer(id);
    expect(answer).toMatchObject({ state: 'failed', outcome_reason: 'It used more than was reserved for it.' });
    expect(await books()).toEqual({ budgets: [{ reserved: 0, spent: 1_300_000 }], held: [{ held: 0 }] });
  });

  test('beyond the reservation in the last report leaves nothing to stop: the job has succeeded, and it counts', async () => {
    const id = await town.started({ model: 'gold', max_budget_usd: 1 });
    await town.complete('writer', await town.one('writer'), usage(12_000));
    await town.settle();
    expect(await town.answer(id)).toMatchObject({
      state: 'succeeded',
      outcome_reason: 'All its tasks succeeded. It used more than was reserved for it.',
    });
    expect(await books()).toEqual({ budgets: [{ reserved: 0, spent: 1_200_000 }], held: [{ held: 0 }] });
  });

  test('of attempts that failed or were lost is spent too', async () => {
    const id = await town.started({ model: 'gold', max_budget_usd: 1 });
    await town.fail('writer', await town.one('writer'), true, usage(1000));
    await town.pass(30);
    await town.sweep();
    await town.progress('writer', await town.one('writer'), usage(2000));
    await town.world.advance(91);
    await town.sweep();
    await town.complete('writer', await town.one('writer'), usage(3000));
    await town.settle();
    expect(await town.answer(id)).toMatchObject({ state: 'succeeded', actual: { cost_usd: 0.6 } });
    expect(await books()).toMatchObject({ budgets: [{ reserved: 0, spent: 600_000 }] });
  });

  test('of earlier attempts is no alarm: it goes off when the task costs more than is left', async () => {
    await town.started(gold);
    await town.fail('reader', await town.one('reader'), true, usage(6000));
    await town.pass(30);
    await town.sweep();
    const again = await town.one('reader');
    await town.complete('checker', await town.one('checker'), usage(1000));
    await town.settle();
    await town.progress('reader', again, usage(3000));
    expect(town.world.rung).toEqual([]);
    await town.progress('reader', again, usage(3001));
    expect(town.world.rung.map(({ bell }) => bell)).toEqual(['execute']);
  });

  test('that is reported while the budget is settled is not left to be spent again', async () => {
    const id = await town.started(gold);
    const task = await town.one('reader');
    await town.progress('reader', task, usage(1000));
    const { task_id } = task;
    between = CompiledQuery.raw('update tasks set input_tokens = 3000, cost_micros = 300000 where id = ?', [task_id]);
    town.world.ring('execute', id);
    await town.settle();
    expect(await town.sql('select alarm_micros from tasks where id = ?', task_id)).toEqual([
      { alarm_micros: 1_000_000 },
    ]);
  });

  test('that is beyond the reservation as the tasks are locked has the job looked at again, and stopped', async () => {
    const id = await town.started(gold);
    const [one, other] = [await town.one('reader'), await town.one('checker')];
    await town.progress('reader', one, usage(9000)); // each below its own alarm
    await town.progress('checker', other, usage(500));
    between = CompiledQuery.raw('update tasks set input_tokens = 2000, cost_micros = 200000 where id = ?', [
      other.task_id,
    ]);
    town.world.ring('execute', id);
    await town.settle();
    expect(await town.job(id)).toMatchObject({ state: 'executing', stop_reason: 'budget' });
    expect(await books()).toMatchObject({ budgets: [{ reserved: 0, spent: 1_100_000 }] });
  });

  test('of a price is not mixed with what an agent says it cost', async () => {
    const id = await town.started(gold);
    const task = await town.one('reader');
    await town.progress('reader', task, usage(10));
    await town.progress('reader', task, { model: 'nomodel', input_tokens: 1, output_tokens: 0, cost_usd: 5 });
    await town.settle();
    expect(await town.job(id)).toMatchObject({ state: 'executing', stop_reason: null });
    await town.complete('reader', task, { model: 'nomodel', input_tokens: 1, output_tokens: 0, cost_usd: 5 });
    await town.settle();
    expect(await books()).toMatchObject({ budgets: [{ spent: 1000 }] });
  });

  test('that no price tells is told, and counts against no budget', async () => {
    const id = await town.started();
    await town.complete('writer', await town.one('writer'), { input_tokens: 5, output_tokens: 5, cost_usd: 3 });
    await town.settle();
    expect(await town.answer(id)).toMatchObject({ state: 'succeeded', actual: { cost_usd: 3 } });
    expect(await books()).toMatchObject({ budgets: [{ reserved: 0, spent: 0 }] });
  });
});

test('a job that uses more tokens than it allowed itself is stopped', async () => {
  const id = await town.started({ ...team, max_tokens: 5000 });
  await town.complete('reader', await town.one('reader'), { input_tokens: 5000, output_tokens: 1 });
  await town.settle();
  expect(await town.answer(id)).toMatchObject({ state: 'failed', actual: { total_tokens: 5001 } });
});

test('a task that is given back untried costs no attempt', async () => {
  const id = await town.started({ max_retries: 0 });
  for (let times = 0; times < 3; times++) await town.release('writer', await town.one('writer'));
  await town.work();
  expect(await town.answer(id)).toMatchObject({ state: 'succeeded' });
});

test('tools count as used while a job runs, and are free again after it', async () => {
  await town.tool('linter', { rate_limit: 5 });
  const needs = { required_tools: [{ tool_name: 'linter', estimated_calls: 3 }] };
  const first = await town.started(needs);
  const second = await town.submitted(needs);
  expect((await town.answer(second)).blocked).toMatchObject({ code: 'not_ready', waits_for: 'tool:linter' });
  await town.cancel(first);
  await town.settle();
  expect(await town.state(second)).toBe('awaiting_approval');
});
