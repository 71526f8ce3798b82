/** When the sweep is worth its time: one that would find nothing is left out, and most would. */
import type { Around } from './around.ts';

const nextDue = ['jobs', 'approvals', 'asks', 'tasks']
  .map((table) => `select min(due_at) due_at from ${table} where due_at is not null`)
  .join(' union all ');

/** What becomes due while it waits may be so late. */
const longestSeconds = 15;

/** Seconds until the next, at least those of the timer's schedule. */
export function nextSweep({ ground, clock, manner }: Pick<Around, 'ground' | 'clock' | 'manner'>): number {
  const due = ground
    .rows<{ due_at: string | null }>(nextDue)
    .flatMap(({ due_at }) => (due_at === null ? [] : [Date.parse(due_at)]));
  const seconds = (Math.min(...due) - clock.database()) / 1000;
  return Math.max(manner.sweepSeconds, Math.min(seconds, longestSeconds));
}
