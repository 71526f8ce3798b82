import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimated, heldAgainstBudget, type Estimate } from '../../shared/estimates/estimate.ts';
import { withRun, type History, type Used } from '../../shared/estimates/history.ts';
import type { Price } from '../../shared/estimates/price.ts';

const price: Price = {
  model: 'm',
  source: 'catalogue',
  valid_from: null,
  input_micros_per_million: 2_000_000,
  cached_input_micros_per_million: 1_000_000,
  output_micros_per_million: 10_000_000,
  tiers: [],
};
const question = { job_name: 'j', model: 'm', estimated_calls: 4, payload_tokens: null };
const nothingKnown = { job: undefined, global: undefined, price };
const noLimits = { max_budget_micros: null, max_tokens: null };

const used = (total_tokens: number, cost_micros: number | null, model = 'm'): Used => ({
  model,
  tokens: { input_tokens: total_tokens / 2, cached_tokens: 0, output_tokens: total_tokens / 2, total_tokens },
  cost_micros,
});
const historyOf = (...runs: Used[]): History | undefined => runs.reduce<History | undefined>(withRun, undefined);

describe('the cost of a job', () => {
  it('is its tokens at the price, three in for one out, where nothing has been learned', () => {
    const estimate = estimated(question, nothingKnown);
    expect(estimate.cost_usd).toMatchObject({ expected: 0.016, p10: 0.0016, p90: 0.16 });
    expect(estimate).toMatchObject({ cost_expected_micros: 16_000, priced: true, unpriced_model: null });
    expect(estimate.cost_upper_micros).toBe(310_000);
    expect(estimate.cost_usd?.basis).toBe(
      'tokens at the price of m; tokens from no earlier runs; 1,000 tokens for each of 4 estimated calls',
    );
  });

  it('takes the split that the job is known for', () => {
    const job = historyOf(used(1000, null));
    expect(estimated(question, { ...nothingKnown, job }).cost_expected_micros).toBe(6000);
  });

  it('comes from the job’s own dollars with the same model', () => {
    const job = historyOf(used(1000, 70), used(1000, 90), used(1000, 4000, 'dearer'));
    expect(estimated(question, { ...nothingKnown, job }).cost_usd).toMatchObject({
      expected: 0.00008,
      basis: '2 earlier runs of this job; they vary by ±19 %',
    });
  });

  it('is exact for a counted prompt, with the output on top', () => {
    const job = historyOf(used(1000, 9_000_000));
    const estimate = estimated({ ...question, payload_tokens: 10_000 }, { ...nothingKnown, job });
    expect(estimate.tokens.expected).toBe(10_500);
    expect(estimate.cost_expected_micros).toBe(20_000 + 5000);
  });

  it('is nothing without a model', () => {
    const estimate = estimated({ ...question, model: null }, { ...nothingKnown, price: undefined });
    expect(estimate).toMatchObject({ priced: true, cost_expected_micros: 0, cost_upper_micros: 0 });
    expect(estimate.cost_usd).toMatchObject({ expected: 0, interval_90: [0, 0], within_10_percent: 1 });
  });

  it('is unknown for a model without a price, though tokens are estimated', () => {
    const estimate = estimated(question, { ...nothingKnown, price: undefined });
    expect(estimate).toMatchObject({ priced: false, unpriced_model: 'm', cost_usd: null, cost_expected_micros: 0 });
    expect(estimate.tokens.expected).toBe(4000);
  });

  it('takes the tier of an average call', () => {
    const tiers = [{ ...price, above_input_tokens: 2000, input_micros_per_million: 4_000_000 }];
    const dear = { ...nothingKnown, price: { ...price, tiers } };
    const long = historyOf(used(20_000, null));
    expect(estimated(question, dear).cost_expected_micros).toBe(16_000);
    expect(estimated(question, { ...dear, job: long }).cost_expected_micros).toBe(140_000);
  });

  it('and everything else is finite and not negative, whatever was seen', () => {
    const run = fc.record({ tokens: fc.nat(1e9), cost: fc.option(fc.nat(1e12)), model: fc.constantFrom('m', 'n') });
    const knowledge = fc.record({ job: fc.array(run), global: fc.array(run), rate: fc.nat(1e9) });
    fc.assert(
      fc.property(knowledge, fc.option(fc.nat(1e6)), ({ job, global, rate }, payload_tokens) => {
        const of = (runs: typeof job) => historyOf(...runs.map(({ tokens, cost, model }) => used(tokens, cost, model)));
        const known = { job: of(job), global: of(global), price: { ...price, output_micros_per_million: rate } };
        const estimate = estimated({ ...question, payload_tokens }, known);
        const numbers = [estimate, estimate.tokens, estimate.cost_usd ?? {}].flatMap(numbersIn);
        expect(numbers.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
        expect(estimate.confidence).toBeLessThanOrEqual(1);
        expect(Number.isSafeInteger(estimate.cost_upper_micros)).toBe(true);
      }),
    );
  });
});

describe('confidence', () => {
  it('grows with runs, falls with width', () => {
    const of = (...runs: Used[]) => estimated(question, { ...nothingKnown, job: historyOf(...runs) }).confidence;
    const steady = Array.from({ length: 30 }, () => used(1000, 1));
    const wild = Array.from({ length: 30 }, (_, i) => used(i % 2 === 0 ? 100 : 10_000, 1));
    expect(of()).toBeLessThan(0.2);
    expect(of(...steady.slice(0, 2))).toBeLessThan(of(...steady));
    expect(of(...wild)).toBeLessThan(of(...steady));
    expect(of(...steady)).toBeGreaterThan(0.85);
  });
});

describe('held against its limits, a job', () => {
  const estimate: Estimate = estimated(question, nothingKnown);
  const unpriced: Estimate = estimated(question, { ...nothingKnown, price: undefined });

  it('may run within them, and without any', () => {
    expect(heldAgainstBudget(estimate, noLimits)).toBeUndefined();
    expect(heldAgainstBudget(estimate, { max_budget_micros: 16_000, max_tokens: 4000 })).toBeUndefined();
    expect(heldAgainstBudget(unpriced, noLimits)).toBeUndefined();
  });

  it('is over budget when more is expected', () => {
    expect(heldAgainstBudget(estimate, { ...noLimits, max_budget_micros: 15_999 })).toEqual({
      code: 'over_budget',
      detail: 'The expected cost is $0.016, the budget $0.015999.',
      waits_for: null,
    });
  });

  it('is unpriced when it has a budget, even of nothing, but no price', () => {
    expect(heldAgainstBudget(unpriced, { ...noLimits, max_budget_micros: 0 })).toMatchObject({
      code: 'unpriced',
      waits_for: 'price:m',
    });
  });

  it('is over its token limit when more are expected', () => {
    expect(heldAgainstBudget(unpriced, { ...noLimits, max_tokens: 3999 })).toMatchObject({ code: 'over_token_limit' });
  });
});

const numbersIn = (value: object): number[] =>
  Object.values(value)
    .flatMap((part: unknown) => [part].flat())
    .filter((part) => typeof part === 'number');
