/** Every row that has a chain of events, with the version and the last hash that the row itself names. */
import { z } from 'zod';
import type { Reads } from '../platform/platform.ts';
import { budgetHeads, chained, chainedRows, type Chained } from './store/heads.ts';

export const RecordHead = z
  .strictObject({ stream: z.string(), version: z.int(), head_hash: z.string() })
  .meta({ id: 'RecordHead' });
export type RecordHead = z.output<typeof RecordHead>;

/** All of them, table by table. */
export async function recordHeads(reads: Reads): Promise<RecordHead[]> {
  const heads: RecordHead[] = [];
  for (const table of Object.keys(chained) as Chained[]) {
    const rows = await chainedRows(reads, table);
    heads.push(...rows.map(({ key, ...row }) => ({ stream: chained[table].prefix + key, ...row })));
  }
  const budgets = await budgetHeads(reads, {});
  return [...heads, ...budgets.map(({ scope, period, ...row }) => ({ stream: `budget:${scope}:${period}`, ...row }))];
}
