/** Questions that wait for the machine: past their deadline, or settled and not yet taken by their job. */
import type { Tx } from '../platform/platform.ts';
import { sweepDue } from './store.ts';

/** Moves the due times of up to `limit` due questions on; gives the jobs to ring `execute` for. */
export async function sweepApprovals(tx: Tx, limit: number): Promise<string[]> {
  const due = await sweepDue(tx, { limit });
  return [...new Set(due.map(({ job_id }) => job_id))];
}
