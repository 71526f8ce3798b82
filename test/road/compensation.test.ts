import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PricesInput } from '../../shared/estimates/price.ts';
import { putPrices } from '../../shared/estimates/put-prices.ts';
import { admin, openTown, type Asked, type Town } from './town.ts';

let town: Town;
beforeEach(async () => {
  town = await openTown();
});
afterEach(() => town.close());

/** Two bookings and a payment that fails; the mail has nothing to undo. */
const trip: Asked = {
  supporting_agents: ['reader', 'checker'],
  input: { customer: 'c-17' },
  max_retries: 0,
  max_execution_time_seconds: 600,
  plan: [
    { name: 'mail', agent: 'checker' },
    { name: 'flight', agent: 'reader', compensation: { input: { act: 'cancel' }, retries: 1 } },
    { name: 'hotel', agent: 'writer', depends_on: ['flight'], compensation: { agent: 'checker' } },
    { name: 'pay', agent: 'checker', depends_on: ['hotel', 'mail'] },
  ],
};

const states = async (id: string) =>
  Object.fromEntries(Object.entries(await town.tasks(id)).map(([name, { state }]) => [name, state]));

async function done(agent: string, output: Record<string, string>): Promise<void> {
  await town.complete(agent, await town.one(agent), undefined, output);
  await town.settle();
}

/** A trip whose payment has failed. */
async function failed(more: Asked = {}): Promise<string> {
  const id = await town.started({ ...trip, ...more });
  await done('checker', { sent: 'm-1' });
  await done('reader', { flight: 'f-1' });
  await done('writer', { hotel: 'h-1' });
  await town.fail('checker', await town.one('checker'));
  await town.settle();
  return id;
}

const items = () => town.sql<{ code: string; subject: string; detail: string }>('select * from action_items');

describe('a run that fails', () => {
  test('undoes what it has done, newest first, and is rolled back', async () => {
    const id = await failed();
    expect(await town.answer(id)).toMatchObject({
      ...{ state: 'compensating', status: 'failed', outcome: null },
      explanation:
        'It has failed: Task pay failed: it broke. What its tasks have done is being undone, newest first: 0 of 2 undone, waiting for its agents to claim; about 120 s left.',
      plan: { progress: 0, critical_path: ['undo:hotel', 'undo:flight'] },
    });
    expect(await states(id)).toMatchObject({ 'undo:hotel': 'queued', 'undo:flight': 'waiting' });
    expect(await town.claim('reader')).toEqual([]);
    const hotel = await town.one('checker');
    expect(hotel.input).toEqual({
      ...{ job_name: 'report', description: 'Write a report about the month', customer: 'c-17' },
      ...{ undoes: 'hotel', outputs: { hotel: { hotel: 'h-1' } } },
    });
    await town.complete('checker', hotel);
    await town.settle();
    const flight = await town.one('reader');
    expect(flight.input).toMatchObject({ act: 'cancel', undoes: 'flight', outputs: { flight: { flight: 'f-1' } } });
    await town.complete('reader', flight);
    await town.settle();
    expect(await town.answer(id)).toMatchObject({
      ...{ state: 'rolled_back', status: 'failed', outcome: 'rolled_back' },
      outcome_reason: 'Task pay failed: it broke. What it had done is undone.',
    });
    expect((await town.events(id)).slice(-5)).toEqual([
      ...['tasks_ended', 'run_failed', 'tasks_ended', 'run_ended', 'learned'],
    ]);
    expect(await items()).toEqual([]);
  });

  test('tells of each end once, and which steps it undoes', async () => {
    const id = await failed();
    await done('checker', {});
    await done('reader', {});
    interface Told {
      type: string;
      data: { tasks?: { name: string }[]; undoing?: string[] };
    }
    const events = await town.sql<Told>('select type, data from events where stream = ?', id);
    expect(events.flatMap(({ data }) => data.undoing ?? [])).toEqual(['hotel', 'flight']);
    const told = events.flatMap(({ data }) => (data.tasks ?? []).map(({ name }) => name));
    expect(told.toSorted()).toEqual(['flight', 'hotel', 'mail', 'pay', 'undo:flight', 'undo:hotel']);
  });

  test('has failed at once where nothing that is done can be undone', async () => {
    const id = await town.started(trip);
    await town.fail('reader', await town.one('reader'));
    await done('checker', {}).catch(() => {});
    await town.settle();
    expect(await town.state(id)).toBe('failed');
    expect(Object.keys(await states(id))).toHaveLength(4);
  });

  test('teaches nothing of tokens once it was undone', async () => {
    const usage = { input_tokens: 5000, output_tokens: 0 };
    const id = await town.started({
      ...trip,
      plan: [
        { name: 'flight', agent: 'reader', compensation: {} },
        { name: 'pay', agent: 'checker', depends_on: ['flight'] },
      ],
    });
    await town.complete('reader', await town.one('reader'), usage);
    await town.settle();
    await town.fail('checker', await town.one('checker'), false, usage);
    await town.settle();
    await town.complete('reader', await town.one('reader'), usage);
    await town.settle();
    expect(await town.answer(id)).toMatchObject({ state: 'rolled_back', actual: { total_tokens: 15_000 } });
    expect(await town.sql("select * from predictors where prediction_key = 'job:report'")).toEqual([]);
  });

  test('undoes nothing of a plan that was not run, where its primary agent worked alone', async () => {
    const id = await town.submitted({
      ...{ max_retries: 0, fallback: 'single_agent', supporting_agents: ['reader'] },
      plan: [{ name: 'writer', agent: 'reader', compensation: {} }],
      max_execution_time_seconds: 100,
    });
    town.beating.delete('reader');
    await town.pass(120);
    await town.approve(id);
    await town.pass(50);
    const task = await town.one('writer');
    await town.pass(60);
    await town.sweep();
    await town.complete('writer', task, undefined, { text: 'late' });
    await town.settle();
    expect(await town.answer(id)).toMatchObject({ state: 'failed' });
    expect(Object.keys(await states(id))).toEqual(['writer']);
  });
});

describe('a compensation', () => {
  test('is tried as often as it says; the others still run when it has failed', async () => {
    const id = await failed();
    await town.fail('checker', await town.one('checker'), true);
    await town.settle();
    await town.fail('reader', await town.one('reader'));
    await town.settle();
    expect(await states(id)).toMatchObject({ 'undo:hotel': 'failed', 'undo:flight': 'delayed' });
    await town.pass(30);
    await town.sweep();
    await done('reader', {});
    const reason = 'Task pay failed: it broke. compensation_failed: not undone: hotel (it broke).';
    expect(await town.answer(id)).toMatchObject({ state: 'failed', outcome_reason: reason });
    expect(await items()).toMatchObject([{ code: 'compensation_failed', subject: id, detail: reason }]);
    const [ended] = await town.sql<{ data: object }>(
      "select data from events where stream = ? and type = 'run_ended'",
      id,
    );
    expect(ended?.data).toMatchObject({ from: 'compensating', outcome: 'failed', code: 'compensation_failed' });
  });

  test('has the time limit of the job again; then what is left is cancelled', async () => {
    const id = await failed();
    await town.pass(550);
    await town.sweep();
    expect(await town.state(id)).toBe('compensating');
    const hotel = await town.one('checker');
    await town.pass(60);
    await town.sweep();
    expect(await town.answer(id)).toMatchObject({
      state: 'compensating',
      explanation: expect.stringContaining('Stopping (time limit); waiting for checker to let go.') as string,
    });
    expect(await states(id)).toMatchObject({ 'undo:hotel': 'running', 'undo:flight': 'cancelled' });
    await town.complete('checker', hotel); // it is done all the same
    await town.settle();
    expect(await town.answer(id)).toMatchObject({
      state: 'failed',
      outcome_reason:
        'Task pay failed: it broke. The undoing was stopped (time limit). compensation_failed: not undone: flight.',
    });
  });

  test('ends with a cancel, and tells what is left to undo by hand', async () => {
    const id = await failed();
    await town.cancel(id);
    await town.cancel(id);
    await town.settle();
    expect(await town.answer(id)).toMatchObject({
      state: 'failed',
      outcome_reason:
        'Task pay failed: it broke. The undoing was stopped (cancel). compensation_failed: not undone: hotel, flight.',
    });
    expect(await items()).toHaveLength(1);
  });

  test('may be taken by whoever has the capability', async () => {
    await town.agent('clerk', { capabilities: ['refund'] });
    const plan: Asked['plan'] = [
      { name: 'flight', agent: 'reader', compensation: { capability: 'refund' } },
      { name: 'pay', agent: 'checker', depends_on: ['flight'] },
    ];
    const id = await town.started({ ...trip, plan });
    await done('reader', {});
    await town.fail('checker', await town.one('checker'));
    await town.settle();
    await done('clerk', {});
    expect(await town.state(id)).toBe('rolled_back');
  });
});

describe('a run that is stopped', () => {
  test('by its time limit is undone, also what was done when it was told to stop', async () => {
    const id = await town.started({ ...trip, max_execution_time_seconds: 100 });
    await done('reader', {});
    await town.pass(50);
    const task = await town.one('writer');
    await town.pass(60);
    await town.sweep();
    expect(await town.complete('writer', task)).toMatchObject({ state: 'cancelled' });
    await town.settle();
    expect(await town.state(id)).toBe('compensating');
    expect(await states(id)).toMatchObject({ hotel: 'cancelled', 'undo:hotel': 'queued', 'undo:flight': 'waiting' });
    await done('checker', {});
    await done('reader', {});
    expect(await town.answer(id)).toMatchObject({
      outcome_reason: 'It reached its time limit. What it had done is undone.',
    });
  });

  test('by its budget is undone, whatever that costs, and everything is given back at its end', async () => {
    const usd = { input_usd_per_million: 100, cached_input_usd_per_million: 100, output_usd_per_million: 100 };
    await putPrices(town.platform, admin, PricesInput.parse({ overrides: [{ model: 'gold', ...usd }] }));
    const usage = { model: 'gold', input_tokens: 12_000, output_tokens: 0 };
    await town.resource('bench', 1);
    const id = await town.started({
      ...{ ...trip, model: 'gold', max_budget_usd: 1 },
      required_resources: [{ resource_type: 'compute', amount: 1, unit: 'cores' }],
    });
    await town.complete('reader', await town.one('reader'), usage);
    await town.settle();
    expect(await town.job(id)).toMatchObject({ state: 'compensating', stop_reason: null });
    expect(await town.sql('select allocated from resources')).toEqual([{ allocated: 1000 }]);
    await town.complete('reader', await town.one('reader'), usage);
    await town.settle();
    expect(await town.answer(id)).toMatchObject({
      state: 'rolled_back',
      outcome_reason: 'It used more than was reserved for it. What it had done is undone.',
    });
    expect(await town.sql('select reserved_micros, spent_micros from budgets')).toEqual([
      { reserved_micros: 0, spent_micros: 2_400_000 },
    ]);
    expect(await town.sql('select allocated from resources')).toEqual([{ allocated: 0 }]);
  });

  test('by a task is told of too, where only its undoing costs more than was reserved', async () => {
    const usd = { input_usd_per_million: 100, cached_input_usd_per_million: 100, output_usd_per_million: 100 };
    await putPrices(town.platform, admin, PricesInput.parse({ overrides: [{ model: 'gold', ...usd }] }));
    const plan: Asked['plan'] = [
      { name: 'flight', agent: 'reader', compensation: {} },
      { name: 'pay', agent: 'checker', depends_on: ['flight'] },
    ];
    const id = await town.started({ ...trip, plan, model: 'gold', max_budget_usd: 1 });
    await done('reader', {});
    await town.fail('checker', await town.one('checker'));
    await town.settle();
    const usage = { model: 'gold', input_tokens: 12_000, output_tokens: 0 };
    await town.complete('reader', await town.one('reader'), usage);
    await town.settle();
    expect(await town.answer(id)).toMatchObject({
      state: 'rolled_back',
      outcome_reason: 'Task pay failed: it broke. It used more than was reserved for it. What it had done is undone.',
    });
  });

  test('by a cancel stays as it is: it has not failed', async () => {
    const id = await town.started(trip);
    await done('reader', {});
    await town.cancel(id);
    await town.settle();
    expect(await town.state(id)).toBe('cancelled');
    expect(Object.keys(await states(id))).toHaveLength(4);
  });
});
