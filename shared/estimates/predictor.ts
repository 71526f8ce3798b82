/**
 * The first predictor: the running mean of a job's own amounts, or of all jobs' for a new job, with
 * its width from the spread of the logarithms. A better one takes its place behind `predict` and `observe`.
 */
import { reported, scaled, z90, type Distribution, type Prediction } from './prediction.ts';

/** Welford's running mean and sum of squares of log(1 + amount), and the mean of the amounts. JSON, a line long. */
export interface RunningLog {
  n: number;
  mean: number;
  squares: number;
  average: number;
}

/** What has been seen of one target: of this job, and of all jobs together. */
export interface Known {
  job?: RunningLog | undefined;
  global?: RunningLog | undefined;
}

/** What is known of a job beside its history. */
export interface Covariates {
  /** Calls of all its tools, at least one an agent. */
  estimated_calls: number;
  /** The counted prompt of a single call; then the history given is that of output tokens. Null: not known. */
  payload_tokens: number | null;
}

const tokensPerCall = 1000;
/** A quarter of a call's tokens, see `usualSplit`. */
const outputTokensPerCall = 250;
/** Without any history the 80 % interval reaches from a tenth to tenfold. */
const unknownSpread = Math.LN10 / z90;
/** What the runs of one job usually differ by; counts as one observation. */
const ownSpread = 0.5;

/** Tokens of a job before it runs. Whole, finite, never negative. */
export const predict = (known: Known | undefined, covariates: Covariates): Prediction =>
  reported(tokensOf(outlook(known ?? {}, covariates), covariates));

/** The state after one more amount (tokens or micro-dollars). What is not a number teaches nothing. */
export function observe(state: RunningLog | undefined, value: number): RunningLog {
  const before = state ?? { n: 0, mean: 0, squares: 0, average: 0 };
  if (!Number.isFinite(value)) return before;
  const amount = Math.min(Math.max(value, 0), 1e15);
  const n = before.n + 1;
  const error = Math.log1p(amount) - before.mean;
  const mean = before.mean + error / n;
  return {
    n,
    mean: short(mean),
    squares: short(before.squares + error * (Math.log1p(amount) - mean)),
    average: short(before.average + (amount - before.average) / n),
  };
}

/** The distribution of what has a history: all tokens, or with a counted prompt the output alone. */
export function outlook(known: Known, covariates: Covariates): Distribution {
  if (seen(known.job)) return fromRuns(known.job, { spread: ownSpread, own: true });
  if (seen(known.global)) return fromRuns(known.global, { spread: unknownSpread, own: false });
  return withoutHistory(covariates);
}

/** All tokens: with a counted prompt, the prompt exactly and the output's distribution on top. */
export const tokensOf = (from: Distribution, { payload_tokens }: Covariates): Distribution =>
  payload_tokens === null
    ? from
    : scaled(
        { ...from, basis: `a prompt of ${count(payload_tokens, 'token')}, counted; its output from ${from.basis}` },
        { fixed: payload_tokens, factor: 1 },
      );

function withoutHistory({ estimated_calls, payload_tokens }: Covariates): Distribution {
  const calls = Math.max(1, estimated_calls);
  const each = payload_tokens === null ? tokensPerCall : outputTokensPerCall;
  return {
    fixed: 0,
    factor: 1,
    log_mean: Math.log(each * calls),
    log_spread: unknownSpread,
    mean: each * calls,
    runs: 0,
    basis: `no earlier runs; ${count(each, 'token')} for each of ${count(calls, 'estimated call')}`,
  };
}

function fromRuns(log: RunningLog, prior: { spread: number; own: boolean }): Distribution {
  return {
    fixed: -1,
    factor: 1,
    log_mean: log.mean,
    log_spread: Math.sqrt(((log.squares + prior.spread ** 2) / log.n) * (1 + 1 / log.n)),
    mean: log.average,
    runs: prior.own ? log.n : 0,
    basis: prior.own
      ? `${count(log.n, 'earlier run')} of this job${varying(log)}`
      : `no earlier runs of this job; ${count(log.n, 'run')} of other jobs${varying(log)}`,
  };
}

function varying(log: RunningLog): string {
  if (log.n < 2) return '';
  const factor = Math.exp(Math.sqrt(log.squares / (log.n - 1)));
  return factor < 2
    ? `; they vary by ±${Math.round((factor - 1) * 100)} %`
    : `; they vary by a factor of ${factor.toPrecision(2)}`;
}

const seen = (log: RunningLog | undefined): log is RunningLog => log !== undefined && log.n > 0;

/** Keeps the stored state small; far finer than what is known. */
const short = (value: number): number => Number(value.toPrecision(9));

const count = (n: number, what: string): string => `${n.toLocaleString('en-US')} ${what}${n === 1 ? '' : 's'}`;
