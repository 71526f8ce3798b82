/** What the disk can do: plain inserts, each its own commit with full fsync. The measure of everything else. */
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';

/** Autocommits per second of one small row each, over `seconds`. */
export function autocommitsPerSecond(folder: string, seconds: number): number {
  const db = new DatabaseSync(join(folder, `floor-${process.hrtime.bigint()}.db`));
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (id TEXT PRIMARY KEY, v TEXT)');
  const insert = db.prepare('INSERT INTO t VALUES (?, ?)');
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < seconds * 1000) insert.run(`row-${count++}`, 'x'.repeat(100));
  const rate = count / ((performance.now() - start) / 1000);
  db.close();
  return rate;
}

/** The value below which `share` of the values lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);
