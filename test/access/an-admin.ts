/** An admin, as a caller, and what a verb refused. */
import type { Caller } from '../../shared/access/caller.ts';
import { Refusal } from '../../shared/outcomes.ts';

export const admin: Caller = { id: 'ada', kind: 'person', roles: ['admin'], owner_id: null };

/** The refusal that `work` ends in; anything else is a failure of the test. */
export async function refusal(work: Promise<unknown>): Promise<Refusal> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
