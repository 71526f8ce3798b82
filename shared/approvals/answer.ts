/** What the question says to its job: only a grant that is still valid means yes. */
import type { Tx } from '../platform/platform.ts';
import { musterActor } from '../access/caller.ts';
import type { Job } from '../jobs/job.ts';
import type { Approval } from './approval.ts';
import { countBallots } from './count.ts';
import { changeApproval } from './settle.ts';
import { clearDue, lockNewestOfDeployment } from './store.ts';

export type Answer =
  | { answer: 'granted'; reason: string; approval: Approval }
  | { answer: 'open' | 'rejected' | 'expired'; reason: string; approval: Approval | null };

/**
 * Locks the question of the job's deployment; closes it at its deadline, and a grant at the end of its
 * validity. No question, or one that was used or voided, is no: fail closed.
 */
export async function answerOf(tx: Tx, job: Pick<Job, 'deployment_id'>): Promise<Answer> {
  const approval = await lockNewestOfDeployment(tx, { deployment_id: job.deployment_id });
  if (approval === undefined) return { answer: 'expired', reason: 'There is no question for it.', approval: null };
  const reached = approval.state === 'open' ? await closeIfDue(tx, approval) : approval;
  switch (reached.state) {
    case 'open':
      return { answer: 'open', reason: 'The question is open.', approval: reached };
    case 'granted':
      return granted(tx, reached);
    case 'rejected':
      return rejected(tx, reached);
    default:
      return { answer: 'expired', reason: reasons[reached.state], approval: reached };
  }
}

const noAnswer = 'Too few voters had said yes by the deadline.';
const tooLate = 'The approval was not used within its validity.';

const reasons = {
  expired: noAnswer,
  voided: 'Its question was voided.',
  consumed: 'Its approval was already used.',
} as const;

/** A voter who is back in service may have made a ballot count again. */
async function closeIfDue(tx: Tx, approval: Approval): Promise<Approval> {
  if (approval.deadline_at <= tx.at) return expire(tx, approval, noAnswer);
  const { tally } = await countBallots(tx, approval);
  if (tally.decision === 'open') return approval;
  const data = { settled: tally.decision, reasoning: tally.reasoning };
  return changeApproval(tx, approval, { type: 'counted', by: musterActor, data, state: tally.decision });
}

const expire = (tx: Tx, approval: Approval, reason: string): Promise<Approval> =>
  changeApproval(tx, approval, { type: 'expired', by: musterActor, data: { reason }, state: 'expired' });

async function granted(tx: Tx, approval: Approval): Promise<Answer> {
  const { granted_at, valid_seconds } = approval;
  if (granted_at === null || granted_at.getTime() + valid_seconds * 1000 <= tx.at.getTime()) {
    return { answer: 'expired', reason: tooLate, approval: await expire(tx, approval, tooLate) };
  }
  return { answer: 'granted', reason: 'It was approved.', approval };
}

/** The job takes the answer in this same transaction, so nobody needs to be rung for it again. */
async function rejected(tx: Tx, approval: Approval): Promise<Answer> {
  await clearDue(tx, approval);
  const { tally, ballots } = await countBallots(tx, approval);
  const said = ballots
    .filter(({ decision }) => decision === 'no')
    .map(({ voter_id, reasoning }) => `${voter_id}: ${reasoning}`);
  return { answer: 'rejected', reason: [tally.reasoning, ...said].join(' ').slice(0, 2000), approval };
}
