/** Counts one ballot under the approval's lock; the verb and the signed answer in place share it. */
import { refuse } from '../outcomes.ts';
import type { Tx } from '../platform/platform.ts';
import type { Json } from '../platform/wire.ts';
import type { Approval, Ballot, BallotRow } from './approval.ts';
import { castSoFar, tallyOf, type Cast, type Counted } from './count.ts';
import { changeApproval } from './settle.ts';
import { insertBallot } from './store/ballots.ts';

export interface Casting {
  /** As locked by this transaction. */
  approval: Approval;
  voter_id: string;
  ballot: Ballot;
}

export type Standing = Counted & { approval: Approval };

/**
 * Four selects and changes. Refuses `not_eligible`, `question_changed`, `approval_closed` and `already_voted`, in
 * this order; the same ballot again gives how things stand, also when the question is closed by now.
 */
export async function castIn(tx: Tx, { approval, voter_id, ballot }: Casting): Promise<Standing> {
  if (!mayVote(approval, voter_id)) refuse('not_eligible');
  const before = await castSoFar(tx, approval);
  if (before.lost.has(voter_id)) refuse('not_eligible', { detail: 'You have been taken out of service.' });
  if (ballot.definition_sha256 !== approval.definition_sha256) refuse('question_changed');
  const earlier = before.ballots.find((given) => given.voter_id === voter_id);
  if (earlier !== undefined && isSame(earlier, ballot))
    return { ...before, tally: tallyOf(approval, before), approval };
  if (approval.state !== 'open' || approval.deadline_at <= tx.at) refuse('approval_closed');
  if (earlier !== undefined) refuse('already_voted');
  return count(tx, { approval, voter_id, ballot }, before);
}

/** In the electorate, and, though it was made without them, still neither the requester nor in the job. */
export function mayVote({ electorate }: Approval, voter_id: string): boolean {
  const voter = electorate.voters.find(({ id }) => id === voter_id);
  if (voter === undefined || electorate.job_agents.includes(voter_id)) return false;
  const { id, owner_id } = electorate.requester;
  return ![id, owner_id].includes(voter_id) && ![id, owner_id].includes(voter.owner_id);
}

const isSame = (earlier: BallotRow, { decision, confidence, reasoning, evidence }: Ballot): boolean =>
  earlier.decision === decision &&
  earlier.confidence === confidence &&
  earlier.reasoning === reasoning &&
  earlier.evidence.join('\n') === evidence.join('\n');

async function count(tx: Tx, { approval, voter_id, ballot }: Casting, before: Cast): Promise<Standing> {
  const { definition_sha256: _, ...content } = ballot;
  const given = { id: tx.newId('ballot'), approval_id: approval.id, voter_id, ...content };
  await insertBallot(tx, given);
  const cast = { ...before, ballots: [...before.ballots, { ...given, cast_at: tx.at }] };
  const tally = tallyOf(approval, cast);
  const changed = await changeApproval(tx, approval, {
    type: 'ballot_cast',
    by: voter_id,
    data: eventData(ballot, { ballot_id: given.id, settled: tally.decision === 'open' ? null : tally.decision }),
    state: tally.decision,
  });
  if (tally.decision !== 'open') tx.ring('execute', approval.job_id);
  tx.hint(`job:${approval.job_id}`);
  return { ...cast, approval: changed, tally };
}

const eventData = (ballot: Ballot, facts: { ballot_id: string; settled: string | null }): Record<string, Json> => ({
  ...facts,
  definition_sha256: ballot.definition_sha256,
  decision: ballot.decision,
  confidence: ballot.confidence,
  reasoning: ballot.reasoning,
  evidence: ballot.evidence,
});
