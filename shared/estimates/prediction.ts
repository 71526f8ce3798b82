/** An amount with an honest width: what is said of tokens and of dollars before they are spent. */
import { z } from 'zod';

const amount = z.number().min(0);
const interval = z.tuple([amount, amount]);

export const Prediction = z
  .strictObject({
    expected: amount.describe('the mean'),
    variance: amount.describe('of a normal distribution with this 80 % interval'),
    p10: amount,
    p50: amount,
    p90: amount,
    interval_80: interval,
    interval_90: interval,
    within_10_percent: z.number().min(0).max(1).describe('probability that p50 is within ±10 % of the outcome'),
    basis: z.string().describe('what this rests on'),
  })
  .meta({ id: 'Prediction' });

export type Prediction = z.output<typeof Prediction>;

/** An amount = fixed + factor × a log-normal variable; `log_spread` is the standard deviation of its logarithm. */
export interface Distribution {
  fixed: number;
  factor: number;
  log_mean: number;
  log_spread: number;
  mean: number;
  /** Earlier runs of this very job that it rests on. */
  runs: number;
  basis: string;
}

/** Standard normal quantiles. */
export const z90 = 1.2815515655446004;
const z95 = 1.6448536269514722;

const most = 1e15;
const bounded = (value: number): number => Math.min(Math.max(value, 0), most);

/** The same uncertainty after `fixed + factor × amount`: tokens to money, output to total. */
export const scaled = (from: Distribution, by: { fixed: number; factor: number }): Distribution => ({
  ...from,
  fixed: by.fixed + by.factor * from.fixed,
  factor: by.factor * from.factor,
  mean: by.fixed + by.factor * from.mean,
});

const amountAt = (from: Distribution, quantile: number): number =>
  bounded(from.fixed + from.factor * Math.exp(Math.min(from.log_mean + quantile * from.log_spread, 700)));

/** What is reported: whole numbers of `1 / unit`, so tokens with 1, dollars from micro-dollars with 1,000,000. */
export function reported(from: Distribution, unit = 1): Prediction {
  const at = (quantile: number) => Math.round(amountAt(from, quantile)) / unit;
  const [p10, p90] = [at(-z90), at(z90)];
  return {
    expected: Math.round(bounded(from.mean)) / unit,
    variance: ((p90 - p10) / (2 * z90)) ** 2,
    p10,
    p50: at(0),
    p90,
    interval_80: [p10, p90],
    interval_90: [at(-z95), at(z95)],
    within_10_percent: Number(withinTenPercent(from).toFixed(4)),
    basis: from.basis,
  };
}

/** The mass from median / 1.1 to median / 0.9, half a unit wider because amounts are whole. */
function withinTenPercent(from: Distribution): number {
  const median = amountAt(from, 0);
  return Math.max(0, below(from, median / 0.9 + 0.5) - below(from, median / 1.1 - 0.5));
}

function below(from: Distribution, value: number): number {
  const rest = value - from.fixed;
  if (rest <= 0) return 0;
  return from.factor === 0 ? 1 : normal((Math.log(rest / from.factor) - from.log_mean) / from.log_spread);
}

/** The standard normal distribution function, to 1e-7 (Abramowitz and Stegun 26.2.17). */
function normal(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upper = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return x > 0 ? 1 - upper : upper;
}

/** Nothing, for certain: what a job without a model costs. */
export const nothing = (basis: string): Distribution => ({
  fixed: 0,
  factor: 0,
  log_mean: 0,
  log_spread: 1,
  mean: 0,
  runs: 0,
  basis,
});

/** From 0 to 1: more with every earlier run, less with every bit of width. */
export function confidenceIn(from: Distribution): number {
  const width = Math.log(Math.max(1, amountAt(from, z90)) / Math.max(1, amountAt(from, -z90))) / (2 * z90);
  return Number(((from.runs + 1) / (from.runs + 2) / (1 + width)).toFixed(2));
}
