/** castBallot: one voter's answer to the question of a job. */
import { refuse } from '../outcomes.ts';
import type { Platform } from '../platform/platform.ts';
import type { Caller } from '../access/caller.ts';
import type { ApprovalSummary, Ballot } from './approval.ts';
import { castIn } from './cast.ts';
import { lockNewestOfJob } from './store.ts';
import { summaryOf } from './summary.ts';
import { maySeeApproval } from './visible.ts';

/**
 * Six statements. Refuses `not_found`, `not_eligible`, `question_changed`, `approval_closed` and `already_voted`.
 * What follows for the job is the execute stage's, which is rung.
 */
export async function castBallot(
  platform: Platform,
  caller: Caller,
  { job_id, ...ballot }: Ballot & { job_id: string },
): Promise<ApprovalSummary> {
  const standing = await platform.db.transaction('castBallot', async (tx) => {
    const approval = await lockNewestOfJob(tx, { job_id });
    if (approval === undefined || !maySeeApproval(caller, approval)) refuse('not_found');
    return castIn(tx, { approval, voter_id: caller.id, ballot });
  });
  return summaryOf(standing);
}
