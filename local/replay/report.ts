/** What a replay shows: speed, latency by stage, and how good the estimates were. */
import { mean, percentile, share } from '../../shared/insights/figures.ts';
import type { Driven } from './drive.ts';

export function reportOf(driven: Driven[], seconds: number) {
  const states: Record<string, number> = {};
  for (const { job } of driven) states[job.state] = (states[job.state] ?? 0) + 1;
  return {
    jobs: driven.length,
    states,
    jobs_per_second: driven.length / seconds,
    milliseconds: {
      'submit to question': stage(driven, ({ job }) => between(job.created_at, job.approval?.opened_at)),
      'question to start': stage(driven, ({ job }) => between(job.approval?.opened_at, job.started_at)),
      'start to outcome': stage(driven, ({ job }) => between(job.started_at, job.finished_at)),
      'submit to end, as seen': stage(driven, ({ seconds: whole }) => whole * 1000),
    },
    estimates: accuracy(driven),
  };
}

const between = (from: string | null | undefined, to: string | null | undefined): number | undefined =>
  from === null || from === undefined || to === null || to === undefined
    ? undefined
    : Date.parse(to) - Date.parse(from);

function stage(driven: Driven[], of: (one: Driven) => number | undefined) {
  const values = driven.flatMap((one) => of(one) ?? []);
  return { p50: percentile(values, 0.5), p95: percentile(values, 0.95), p99: percentile(values, 0.99) };
}

/** Held against what the log says, by the numbers that were stated before each run. */
function accuracy(driven: Driven[]) {
  const pairs = driven
    .flatMap(({ row, job }) =>
      job.estimate === null ? [] : [{ ...job.estimate.tokens, actual: row.input_tokens + row.output_tokens }],
    )
    .filter(({ actual }) => actual > 0);
  const errors = pairs.map(({ p50, actual }) => Math.abs(p50 - actual) / actual);
  return {
    n: pairs.length,
    mean_absolute_percentage_error: mean(errors),
    median_error: percentile(errors, 0.5),
    within_10_percent: share(errors, (error) => error <= 0.1),
    coverage_80: share(pairs, ({ interval_80: [low, high], actual }) => low <= actual && actual <= high),
    coverage_90: share(pairs, ({ interval_90: [low, high], actual }) => low <= actual && actual <= high),
  };
}
