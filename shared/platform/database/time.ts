/** The database's time outside a transaction, to hold stored times against; inside one `tx.at` is at hand. */
import type { Reads } from '../platform.ts';
import { now, store } from './statement.ts';

const readTime = store<Record<never, never>>().all((q, _: Record<never, never>) => q.selectNoFrom(now().as('at')));

/** One statement. */
export async function databaseTime(reads: Reads): Promise<Date> {
  const [row] = await readTime(reads, {});
  if (row === undefined) throw new Error('the database gives no time');
  return new Date(row.at); // text where the database has no type of its own for a time
}
