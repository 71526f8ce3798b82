/** When the sweep is worth its time: one that would find nothing is mostly left out, and most would. */
import type { Around } from './around.ts';

const firstDue = `select min(due_at) due_at from (${['jobs', 'approvals', 'asks', 'tasks']
  .map((table) => `select min(due_at) due_at from ${table} where due_at is not null`)
  .join(' union all ')})`;

/** Looks so often whether anything is due: what becomes due in between is so late. */
const longestSeconds = 15;

/** Seconds until a sweep might find something, at least those of the timer's schedule. */
export function nextSweep({ ground, clock, manner }: Pick<Around, 'ground' | 'clock' | 'manner'>): number {
  const [row] = ground.rows<{ due_at: string | null }>(firstDue);
  const seconds = typeof row?.due_at === 'string' ? (Date.parse(row.due_at) - clock.database()) / 1000 : longestSeconds;
  return Math.max(manner.sweepSeconds, Math.min(seconds, longestSeconds));
}

export function isAnythingDue({ ground, clock }: Pick<Around, 'ground' | 'clock'>): boolean {
  const [row] = ground.rows<{ due_at: string | null }>(firstDue);
  return typeof row?.due_at === 'string' && Date.parse(row.due_at) <= clock.database();
}
