/** What is worth its time: sweeps and wakes that would find nothing are mostly left out, and most would. */
import type { Platform, Ring } from '../../shared/platform/platform.ts';
import type { Around } from './around.ts';
import type { Chance } from './chance.ts';
import type { Ground } from './ground.ts';

const tables = ['jobs', 'approvals', 'asks', 'tasks', 'messages'];

const firstDue = `select min(due_at) due_at from (${tables
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

/** The share of what is in vain that is not left out. */
export const inVain = 0.02;

const sweepOf = new Map(tables.map((table) => [`sweep${table.charAt(0).toUpperCase()}${table.slice(1)}`, table]));

/** For the timer: its transactions over a table in which nothing is due are mostly left out. */
export function sweeping({ ground }: Pick<Around, 'ground'>, platform: Platform, chance: Chance): Platform {
  const isWorth = (name: string): boolean => {
    const table = sweepOf.get(name);
    if (table === undefined || chance.chance(inVain)) return true;
    return ground.rows(`select 1 from ${table} where due_at <= now_plus(0) limit 1`).length > 0;
  };
  const { db } = platform;
  const transaction: Platform['db']['transaction'] = (name, work) =>
    isWorth(name) ? db.transaction(name, work) : (Promise.resolve() as Promise<never>); // a sweep gives nothing
  return { ...platform, db: { ...db, transaction } };
}

/** A bell for whatever waits for something, while nothing waits: most of them are. */
export const isForNobody = (ground: Ground, { bell, id }: Ring): boolean =>
  bell === 'wake' &&
  !id.startsWith('job_') &&
  ground.rows("select 1 from jobs where state = 'blocked' limit 1").length === 0;
