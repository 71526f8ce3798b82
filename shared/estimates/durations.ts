/** How long agents and jobs have taken, for the expected time of arrival. */
import { hash } from 'node:crypto';
import { median } from './calibration.ts';
import type { Reads, Tx } from '../platform/platform.ts';
import { durationRows, insertDurations, updateDurations } from './store/durations.ts';

const kept = 32;

/** Keys of some databases are short. */
const longestKey = 200;

export const agentPace = (agent_id: string): string => `agent:${agent_id}`;
export const jobPace = (job_name: string): string => `job:${job_name}`;

/** Of a step of an explicit plan, whoever does it. */
export function stepPace(job_name: string, step: string): string {
  const key = `step:${job_name}:${step}`;
  return key.length > longestKey ? `step:#${hash('sha256', key)}` : key;
}

/** Keeps the last 32 durations of each key, such as that of an agent or a job, under the learner's lock. */
export async function rememberDurations(tx: Tx, durations: readonly { key: string; seconds: number }[]): Promise<void> {
  const fresh = Map.groupBy(durations, ({ key }) => key);
  const known = await recentOf(tx, [...fresh.keys()]);
  for (const [duration_key, values] of [...fresh].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const before = known.get(duration_key);
    const row = { duration_key, recent: [...(before ?? []), ...values.flatMap(wholeMilliseconds)].slice(-kept) };
    await (before === undefined ? insertDurations : updateDurations)(tx, row);
  }
}

/** Median seconds of each key that has a history. */
export async function durationsOf(reads: Reads, keys: readonly string[]): Promise<Map<string, number>> {
  const medians = [...(await recentOf(reads, keys))].map(([key, recent]) => [key, median(recent)] as const);
  return new Map(medians.filter((each): each is [string, number] => each[1] !== undefined));
}

/** How long the latest took, of each key that has a history: `p95_seconds` is what 19 of 20 have not passed. */
export async function pacesOf(
  reads: Reads,
  keys: readonly string[],
): Promise<Map<string, { median_seconds: number; p95_seconds: number; runs: number }>> {
  const paces = [...(await recentOf(reads, keys))].flatMap(([key, recent]) => {
    const sorted = recent.toSorted((a, b) => a - b);
    const [median_seconds, p95_seconds] = [median(sorted), sorted[Math.ceil(0.95 * sorted.length) - 1]];
    if (median_seconds === undefined || p95_seconds === undefined) return [];
    return [[key, { median_seconds, p95_seconds, runs: recent.length }] as const];
  });
  return new Map(paces);
}

/** What is no duration is left out. */
const wholeMilliseconds = ({ seconds }: { seconds: number }): number[] =>
  seconds >= 0 && seconds < Infinity ? [Math.round(seconds * 1000) / 1000] : [];

async function recentOf(reads: Reads, keys: readonly string[]): Promise<Map<string, number[]>> {
  if (keys.length === 0) return new Map();
  const rows = await durationRows(reads, keys);
  return new Map(rows.map((row) => [row.duration_key, row.recent]));
}
