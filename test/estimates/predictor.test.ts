import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { observe, predict, type RunningLog } from '../../shared/estimates/predictor.ts';
import { Prediction } from '../../shared/estimates/prediction.ts';
import { judged } from '../../shared/estimates/calibration.ts';
import { seededRandom } from '../world/random.ts';

const anyJob = { estimated_calls: 3, payload_tokens: null };

const after = (values: number[]): RunningLog | undefined =>
  values.reduce<RunningLog | undefined>((state, value) => observe(state, value), undefined);

const numbersOf = (prediction: Prediction): number[] =>
  Object.values(prediction).flatMap((value) => (typeof value === 'string' ? [] : value));

describe('without any history', () => {
  it('expects 1,000 tokens for each estimated call, a tenth to tenfold', () => {
    const { within_10_percent, variance, ...rest } = predict(undefined, anyJob);
    expect(rest).toEqual({
      expected: 3000,
      p10: 300,
      p50: 3000,
      p90: 30_000,
      interval_80: [300, 30_000],
      interval_90: [156, 57_625],
      basis: 'no earlier runs; 1,000 tokens for each of 3 estimated calls',
    });
    expect(within_10_percent).toBeCloseTo(0.0446, 4);
    expect(Math.sqrt(variance)).toBeCloseTo(29_700 / 2.5631, 0);
  });

  it('expects one call where none is estimated', () => {
    expect(predict(undefined, { ...anyJob, estimated_calls: 0 })).toMatchObject({
      expected: 1000,
      basis: 'no earlier runs; 1,000 tokens for each of 1 estimated call',
    });
  });

  it('takes a counted prompt exactly and is unsure of the output alone', () => {
    const prediction = predict(undefined, { estimated_calls: 1, payload_tokens: 50_000 });
    expect(prediction).toMatchObject({ expected: 50_250, p10: 50_025, p90: 52_500 });
    expect(prediction.within_10_percent).toBeGreaterThan(0.9);
    expect(prediction.basis).toBe(
      'a prompt of 50,000 tokens, counted; its output from no earlier runs; 250 tokens for each of 1 estimated call',
    );
  });
});

describe('with a history', () => {
  it('expects the running mean of the job, whatever other jobs use', () => {
    const prediction = predict({ job: after([900, 1100, 1000]), global: after([1_000_000]) }, anyJob);
    expect(prediction.expected).toBe(1000);
    expect(prediction.basis).toBe('3 earlier runs of this job; they vary by ±11 %');
  });

  it('expects the mean of all jobs for a new one, and says so', () => {
    const prediction = predict({ global: after([500, 1500]) }, anyJob);
    expect(prediction.expected).toBe(1000);
    expect(prediction.basis).toBe('no earlier runs of this job; 2 runs of other jobs; they vary by a factor of 2.2');
  });

  it('grows narrower with every equal run, and more certain', () => {
    const widths = [1, 2, 5, 20, 200].map((n) => {
      const { interval_80, within_10_percent } = predict({ job: after(Array.from({ length: n }, () => 5000)) }, anyJob);
      return { width: interval_80[1] - interval_80[0], within_10_percent };
    });
    expect(widths.map(({ width }) => width)).toEqual(widths.map(({ width }) => width).toSorted((a, b) => b - a));
    expect(widths.at(-1)?.within_10_percent).toBeGreaterThan(0.95);
  });

  it('expects nothing of a job that has never used anything', () => {
    const prediction = predict({ job: after([0, 0, 0]) }, anyJob);
    expect(prediction).toMatchObject({ expected: 0, p50: 0, p10: 0 });
    expect(prediction.within_10_percent).toBeGreaterThan(0.8);
  });

  it('forgets nothing on its way through JSON, in a line', () => {
    const state = after([12, 99_999, 0, 1e12]);
    const text = JSON.stringify(state);
    expect(JSON.parse(text)).toEqual(state);
    expect(text.length).toBeLessThan(100);
  });

  it('learns nothing from what is no number', () => {
    expect(observe(after([5]), Number.NaN)).toEqual(after([5]));
    expect(observe(after([5]), Infinity)).toEqual(after([5]));
  });

  it('covers generated jobs about as often as it says', () => {
    const random = seededRandom(7);
    const states = new Map<number, RunningLog>();
    const outcomes = Array.from({ length: 4000 }, (_, i) => {
      const job = i % 20;
      const actual = Math.round(1000 * (job + 1) * Math.exp(0.4 * normalOf(random.fraction)));
      const prediction = predict({ job: states.get(job) }, anyJob);
      states.set(job, observe(states.get(job), actual));
      return outcome(prediction, actual);
    });
    const { coverage_80, coverage_90, within_10_percent, stated_within_10_percent } = judged(outcomes);
    expect(coverage_80).toBeCloseTo(0.8, 1);
    expect(coverage_90).toBeCloseTo(0.9, 1);
    expect(within_10_percent).toBeCloseTo(stated_within_10_percent ?? 0, 1);
  });
});

describe('whatever has been seen', () => {
  const amount = fc.oneof(fc.nat(1_000_000), fc.constant(0), fc.double({ noNaN: true }), fc.constant(Number.MAX_VALUE));
  const history = fc.option(fc.array(amount, { maxLength: 40 }), { nil: undefined });
  const covariates = fc.record({
    estimated_calls: fc.nat(50_000_000),
    payload_tokens: fc.option(fc.nat(1_000_000)),
  });

  it('predicts whole tokens in order, never NaN, negative or infinite', () => {
    fc.assert(
      fc.property(history, history, covariates, (job, global, about) => {
        const prediction = predict({ job: after(job ?? []), global: after(global ?? []) }, about);
        const { p10, p50, p90, interval_80, interval_90, expected } = prediction;
        const ordered = [interval_90[0], p10, p50, p90, interval_90[1]];
        expect(Prediction.safeParse(prediction).success).toBe(true);
        expect(numbersOf(prediction).every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
        expect([expected, ...ordered].every(Number.isSafeInteger)).toBe(true);
        expect(ordered).toEqual(ordered.toSorted((a, b) => a - b));
        expect(interval_80).toEqual([p10, p90]);
        expect(p10).toBeGreaterThanOrEqual(about.payload_tokens === null ? 0 : about.payload_tokens - 1);
      }),
    );
  });
});

const outcome = (prediction: Prediction, actual: number) => ({
  predicted: prediction.p50,
  actual,
  low_80: prediction.interval_80[0],
  high_80: prediction.interval_80[1],
  low_90: prediction.interval_90[0],
  high_90: prediction.interval_90[1],
  within_10_percent: prediction.within_10_percent,
});

/** Box and Muller. */
const normalOf = (fraction: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - fraction())) * Math.cos(2 * Math.PI * fraction());
