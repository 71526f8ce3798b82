/** What was predicted beside what happened, and how well the one foretells the other. */
/** The row. Tokens for the target `tokens`, micro-dollars for `cost`. */
export interface Calibration {
  deployment_id: string;
  target: CalibrationTarget;
  job_name: string;
  category: string;
  /** The median: what the stated probability of landing within ±10 % is about. */
  predicted: number;
  actual: number;
  low_80: number;
  high_80: number;
  low_90: number;
  high_90: number;
  within_10_percent: number;
  at: Date;
}

export type CalibrationTarget = 'tokens' | 'cost';

/** All null without outcomes. */
export interface Accuracy {
  n: number;
  /** Mean of |predicted − actual| / actual. */
  mape: number | null;
  /** Median of the same. */
  median_error: number | null;
  /** Shares of outcomes: within ±10 % of what was predicted, and how many of them were foretold to be. */
  within_10_percent: number | null;
  stated_within_10_percent: number | null;
  /** Shares of outcomes inside the intervals. */
  coverage_80: number | null;
  coverage_90: number | null;
}

type Outcome = Omit<Calibration, 'deployment_id' | 'target' | 'job_name' | 'category' | 'at'>;

/** How well predictions held. An outcome of nothing counts as one token or micro-dollar. */
export function judged(outcomes: readonly Outcome[]): Accuracy {
  const errors = outcomes.map(({ predicted, actual }) => Math.abs(predicted - actual) / Math.max(1, actual));
  const mean = (values: number[]): number | null =>
    values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  const shareOf = (holds: (outcome: Outcome) => boolean) => mean(outcomes.map((outcome) => (holds(outcome) ? 1 : 0)));
  return {
    n: outcomes.length,
    mape: mean(errors),
    median_error: median(errors) ?? null,
    within_10_percent: mean(errors.map((error) => (error <= 0.1 ? 1 : 0))),
    stated_within_10_percent: mean(outcomes.map((outcome) => outcome.within_10_percent)),
    coverage_80: shareOf(({ low_80, actual, high_80 }) => low_80 <= actual && actual <= high_80),
    coverage_90: shareOf(({ low_90, actual, high_90 }) => low_90 <= actual && actual <= high_90),
  };
}

/** The middle value; of an even number, the mean of the two in the middle. Undefined of none. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
