/** Ballots, and whose count no more. */
import { now, store } from '../../platform/database/statement.ts';
import type { BallotRow } from '../approval.ts';

const { all, change } = store<{
  ballots: BallotRow;
  voters: { approval_id: string; voter_id: string };
  agents: { id: string; state: string };
  principals: { id: string; owner_id: string | null; disabled_at: Date | null };
}>();

export const ballotsOf = all((q, p: { approval_id: string }) =>
  q.selectFrom('ballots').selectAll().where('approval_id', '=', p.approval_id).orderBy('cast_at').orderBy('id'),
);

export const insertBallot = change((q, p: Omit<BallotRow, 'cast_at'>) =>
  q.insertInto('ballots').values({
    id: p.id,
    approval_id: p.approval_id,
    voter_id: p.voter_id,
    decision: p.decision,
    confidence: p.confidence,
    reasoning: p.reasoning,
    evidence: p.evidence,
    cast_at: now(),
  }),
);

/** Voters of a question who have been taken out of service since: isolated, retired, or disabled, as their owner may be. */
export const lostVoters = all((q, p: { approval_id: string }) =>
  q
    .selectFrom('voters')
    .innerJoin('principals', 'principals.id', 'voters.voter_id')
    .leftJoin('principals as owner', 'owner.id', 'principals.owner_id')
    .leftJoin('agents', 'agents.id', 'voters.voter_id')
    .select('voters.voter_id')
    .where('voters.approval_id', '=', p.approval_id)
    .where((row) =>
      row.or([
        row('agents.state', 'in', ['isolated', 'retired']),
        row('principals.disabled_at', 'is not', null),
        row('owner.disabled_at', 'is not', null),
      ]),
    ),
);
