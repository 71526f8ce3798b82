/** What has been learned of one job's amounts, or of all jobs' together: one row, read and written as one. */
import { observe, type RunningLog } from './predictor.ts';

export interface History {
  tokens?: RunningLog;
  output?: RunningLog;
  /** Micro-dollars by model, the one used last at the end. */
  costs: { model: string; log: RunningLog }[];
  /** Sums, for the shares of dearer and cheaper tokens. */
  split: Split;
}

/** All input, its cached part, and output. */
export interface Split {
  input_tokens: number;
  cached_tokens: number;
  output_tokens: number;
}

/** The key of all jobs together. */
export const globalKey = 'global';
export const jobKey = (job_name: string): string => `job:${job_name}`;

/** What one finished job used. `cost_micros` is null where no cost is known. */
export interface Used {
  model: string | null;
  tokens: Split & { total_tokens: number };
  cost_micros: number | null;
}

/** Three tokens in for one out, none from a cache: before anything is known. */
export const usualSplit: Split = { input_tokens: 3, cached_tokens: 0, output_tokens: 1 };

const modelsKept = 8;

const unlearned: History = { costs: [], split: { input_tokens: 0, cached_tokens: 0, output_tokens: 0 } };

/** A job's history after one more run. */
export const withRun = (history: History | undefined, used: Used): History => {
  const before = history ?? unlearned;
  return {
    tokens: observe(before.tokens, used.tokens.total_tokens),
    output: observe(before.output, used.tokens.output_tokens),
    costs: withCost(before.costs, used),
    split: withSplit(before.split, used.tokens),
  };
};

/**
 * The history of all jobs after one more run. Runs that used no tokens at all say nothing of a job
 * that will, and dollars are a job's own.
 */
export function withRunOfAny(history: History | undefined, used: Used): History {
  const before = history ?? unlearned;
  return used.tokens.total_tokens > 0 ? { ...withRun(before, used), costs: [] } : before;
}

/** A job's dollars with this model, if it ever ran with it. */
export const costsWith = (history: History | undefined, model: string): RunningLog | undefined =>
  history?.costs.find((cost) => cost.model === model)?.log;

/** The split of the first history that has one. */
export const splitOf = (...histories: (History | undefined)[]): Split =>
  histories
    .map((history) => history?.split)
    .find((split) => split !== undefined && split.input_tokens + split.output_tokens > 0) ?? usualSplit;

function withCost(costs: History['costs'], { model, cost_micros }: Used): History['costs'] {
  if (model === null || cost_micros === null) return costs;
  const others = costs.filter((cost) => cost.model !== model);
  const log = observe(costs.find((cost) => cost.model === model)?.log, cost_micros);
  return [...others, { model, log }].slice(-modelsKept);
}

const withSplit = (split: Split, more: Split): Split => ({
  input_tokens: split.input_tokens + more.input_tokens,
  cached_tokens: split.cached_tokens + Math.min(more.cached_tokens, more.input_tokens),
  output_tokens: split.output_tokens + more.output_tokens,
});
