/** What the ballots of a question amount to, without those of voters who are out of service. */
import type { Reads } from '../platform/platform.ts';
import type { Approval, BallotRow } from './approval.ts';
import { tally, type Tally } from './quorum.ts';
import { ballotsOf, lostVoters } from './store/ballots.ts';

export interface Counted extends Cast {
  tally: Tally;
}

export interface Cast {
  /** All that were cast, oldest first. */
  ballots: BallotRow[];
  /** Isolated, retired or disabled since the question opened, they or their owners: their ballots do not count. */
  lost: ReadonlySet<string>;
}

/** To settle by it, hold the approval's lock. */
export async function countBallots(reads: Reads, approval: Approval): Promise<Counted> {
  const cast = await castSoFar(reads, approval);
  return { ...cast, tally: tallyOf(approval, cast) };
}

/** The same to be told: a settled question as it was settled, whoever has gone out of service since. */
export async function countAsSettled(reads: Reads, approval: Approval): Promise<Counted> {
  const counted = await countBallots(reads, approval);
  const { state } = approval;
  const decision = state === 'consumed' ? 'granted' : state;
  if ((decision !== 'granted' && decision !== 'rejected') || counted.tally.decision === decision) return counted;
  const all = { ballots: counted.ballots, lost: new Set<string>() };
  return { ...all, tally: tallyOf(approval, all) };
}

/** Two selects. */
export async function castSoFar(reads: Reads, approval: Approval): Promise<Cast> {
  const lost = new Set((await lostVoters(reads, { approval_id: approval.id })).map(({ voter_id }) => voter_id));
  const ballots = await ballotsOf(reads, { approval_id: approval.id });
  return { ballots, lost };
}

export const tallyOf = (approval: Approval, { ballots, lost }: Cast): Tally =>
  tally(
    approval.workflow,
    approval.electorate.voters,
    ballots.filter(({ voter_id }) => !lost.has(voter_id)),
  );
