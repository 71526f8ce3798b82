import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PricesInput } from '../../shared/estimates/price.ts';
import { putPrices } from '../../shared/estimates/put-prices.ts';
import { admin, openTown, type Town } from './town.ts';

let town: Town;
beforeEach(async () => {
  town = await openTown();
});
afterEach(() => town.close());

const price = (model: string, usd: number) =>
  putPrices(
    town.platform,
    admin,
    PricesInput.parse({
      overrides: [
        { model, input_usd_per_million: usd, cached_input_usd_per_million: usd, output_usd_per_million: usd },
      ],
    }),
  );

describe('a job that would cost too much', () => {
  test('keeps its estimate, says why it is blocked, and goes on when its definition is changed', async () => {
    await price('gold', 1000);
    const id = await town.submitted({ model: 'gold', max_budget_usd: 0.01 });
    const blocked = await town.answer(id);
    expect(blocked).toMatchObject({
      ...{ state: 'blocked', status: 'validation_failed', can_proceed: false, estimated_tokens: 1000 },
      blocked: { code: 'over_budget', waits_for: null },
    });
    expect(blocked.explanation).toContain('the budget $0.01');
    await town.change(id, { model: 'gold', max_budget_usd: 2 });
    await town.settle();
    expect(await town.answer(id)).toMatchObject({ state: 'awaiting_approval', deployment_number: 2, blocked: null });
  });

  test('goes on by itself when it has become cheaper', async () => {
    await price('gold', 1000);
    const id = await town.submitted({ model: 'gold', max_budget_usd: 0.01 });
    await price('gold', 1);
    await town.pass(31);
    await town.sweep();
    expect(await town.state(id)).toBe('awaiting_approval');
    expect(await town.events(id)).toEqual(
      ['submitted', 'estimated', 'validated'].toSpliced(1, 0, 'blocked', 'resumed'),
    );
  });
});

test('a job with a budget whose model has no price waits for the price', async () => {
  const id = await town.submitted({ model: 'nameless', max_budget_usd: 5 });
  expect((await town.answer(id)).blocked).toMatchObject({ code: 'unpriced', waits_for: 'price:nameless' });
  await price('nameless', 1);
  await town.settle();
  expect(await town.answer(id)).toMatchObject({ state: 'awaiting_approval', estimated_cost_usd: 0.001 });
});

test('without a budget a model may have no price, but its cost being unknown, the hardest workflow decides', async () => {
  await town.person('paula', 'approver');
  const answer = await town.answer(await town.submitted({ model: 'nameless' }));
  expect(answer).toMatchObject({
    state: 'awaiting_approval',
    estimated_cost_usd: null,
    approval: { policy: 'critical' },
  });
});

test('a job with too few tokens allowed is blocked, and goes on when it allows more', async () => {
  const id = await town.submitted({ max_tokens: 999 });
  expect((await town.answer(id)).blocked).toMatchObject({ code: 'over_token_limit', waits_for: null });
  await town.change(id, { max_tokens: 1000 });
  await town.settle();
  expect(await town.state(id)).toBe('awaiting_approval');
});

test('the tokens of a payload are counted', async () => {
  const id = await town.submitted({ payload: 'one two three four five '.repeat(200) });
  const { tokens } = (await town.answer(id)).estimate ?? {};
  expect(tokens?.interval_90[0]).toBeGreaterThan(1000);
});

test('a change while the estimate is computed wins', async () => {
  const id = await town.submit({ max_tokens: 1, payload: 'word '.repeat(1000) });
  await Promise.all([town.settle(), town.change(id, { max_tokens: 5000 })]);
  await town.settle();
  expect(await town.answer(id)).toMatchObject({ state: 'awaiting_approval', deployment_number: 2 });
});

describe('an estimate that meets a fault', () => {
  beforeEach(() =>
    town.tamper(
      `insert into predictors (prediction_key, state, changed_at) values ('job:broken', '{"tokens":null}', '2026-03-01T00:00:00.000Z')`,
    ),
  );

  test('is tried again, and told', async () => {
    const id = await town.submitted({ job_name: 'broken' });
    const job = await town.job(id);
    expect(job).toMatchObject({ state: 'submitted', last_fault: expect.stringContaining('TypeError') as string });
    expect((await town.answer(id)).explanation).toContain('The last try failed and will be repeated');
    await town.tamper(`delete from predictors where prediction_key = 'job:broken'`);
    await town.pass(60);
    await town.sweep();
    expect(await town.state(id)).toBe('awaiting_approval');
  });

  test('ends the job as failed after ten tries, with an action item', async () => {
    const id = await town.submitted({ job_name: 'broken' });
    for (let tries = 0; tries < 12; tries++) {
      await town.pass(600);
      await town.sweep();
    }
    const job = await town.job(id);
    expect(job).toMatchObject({ state: 'failed', outcome_reason: expect.stringContaining('TypeError') as string });
    const items = await town.sql('select code, subject from action_items');
    expect(items).toEqual([{ code: 'stage_keeps_failing', subject: id }]);
  });
});
