/** Learning from finished jobs, one learner at a time. */
import type { Tx } from '../platform/platform.ts';
import type { Calibration, CalibrationTarget } from './calibration.ts';
import type { Estimate } from './estimate.ts';
import { globalKey, jobKey, withRun, withRunOfAny, type History, type Used } from './history.ts';
import type { Prediction } from './prediction.ts';
import { insertCalibrations } from './store/calibrations.ts';
import { historiesOf, insertHistory, lockLearnerRow, updateHistory } from './store/predictors.ts';

/** A finished job: what it used beside what was predicted (null: it ended before its estimate). */
export interface Observation extends Used {
  job_name: string;
  deployment_id: string;
  category: string;
  estimate: Estimate | null;
}

/** The lock of all learning; the first of a transaction that learns, before it takes the jobs. */
export async function lockLearner(tx: Tx): Promise<void> {
  await lockLearnerRow(tx, { name: 'learner' });
}

/** Takes these jobs in, in their order, under the learner's lock: each history once, and the calibration log. */
export async function observeJobs(tx: Tx, observations: readonly Observation[]): Promise<void> {
  if (observations.length === 0) return;
  const keys = new Set([globalKey, ...observations.map(({ job_name }) => jobKey(job_name))]);
  const rows = await historiesOf(tx, [...keys].toSorted());
  const known = new Map(rows.map((row) => [row.prediction_key, row.state]));
  for (const [prediction_key, state] of learned(known, observations)) {
    await (known.has(prediction_key) ? updateHistory : insertHistory)(tx, { prediction_key, state });
  }
  await insertCalibrations(
    tx,
    observations.flatMap((seen) => calibrationsOf(seen, tx.at)),
  );
}

/** Every key's history after these jobs. */
function learned(known: ReadonlyMap<string, History>, observations: readonly Observation[]): [string, History][] {
  const after = new Map(known);
  for (const seen of observations) {
    const key = jobKey(seen.job_name);
    const used = { ...seen, cost_micros: costLearned(seen) };
    after.set(key, withRun(after.get(key), used));
    after.set(globalKey, withRunOfAny(after.get(globalKey), used));
  }
  return [...after].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Without a price, a cost of nothing means that nobody knows it. */
const costLearned = ({ cost_micros, estimate }: Observation): number | null =>
  cost_micros === 0 && estimate?.priced !== true ? null : cost_micros;

function calibrationsOf(seen: Observation, at: Date): Calibration[] {
  if (seen.estimate === null) return [];
  const { tokens, cost_usd } = seen.estimate;
  const row = { deployment_id: seen.deployment_id, job_name: seen.job_name, category: seen.category, at };
  const rows = [{ ...row, ...compared('tokens', tokens, seen.tokens.total_tokens) }];
  if (cost_usd === null || seen.cost_micros === null || seen.model === null) return rows;
  return [...rows, { ...row, ...compared('cost', cost_usd, seen.cost_micros) }];
}

/** Tokens, or micro-dollars of what was foretold in dollars. */
function compared(target: CalibrationTarget, prediction: Prediction, actual: number) {
  const whole = (value: number) => Math.round(target === 'cost' ? value * 1_000_000 : value);
  return {
    target,
    predicted: whole(prediction.p50),
    actual,
    low_80: whole(prediction.interval_80[0]),
    high_80: whole(prediction.interval_80[1]),
    low_90: whole(prediction.interval_90[0]),
    high_90: whole(prediction.interval_90[1]),
    within_10_percent: prediction.within_10_percent,
  };
}
