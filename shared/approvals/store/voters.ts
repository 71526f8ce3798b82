/** Whom a question asks, to find the questions that ask somebody. */
import { now, store } from '../../platform/database/statement.ts';
import type { Tx } from '../../platform/platform.ts';
import type { Approval } from '../approval.ts';
import { columns } from '../store.ts';

interface VoterKey {
  approval_id: string;
  voter_id: string;
}

const { all, rows } = store<{ voters: VoterKey; approvals: Approval; ballots: VoterKey }>();

/** Rows of one statement: parameters of a statement are limited. */
const atOnce = 500;

const insertSome = rows((q, voters: VoterKey[]) =>
  q.insertInto('voters').values(voters.map(({ approval_id, voter_id }) => ({ approval_id, voter_id }))),
);

export async function insertVoters(tx: Tx, approval_id: string, voter_ids: readonly string[]): Promise<void> {
  const voters = voter_ids.map((voter_id) => ({ approval_id, voter_id }));
  for (let from = 0; from < voters.length; from += atOnce) await insertSome(tx, voters.slice(from, from + atOnce));
}

/** Open questions that a voter has not answered, oldest first, with ids after `after`. */
export const waitingFor = all((q, p: { voter_id: string; after: string; limit: number }) =>
  q
    .selectFrom('voters')
    .innerJoin('approvals', 'approvals.id', 'voters.approval_id')
    .select(columns.map((column) => `approvals.${column}` as const))
    .where('voters.voter_id', '=', p.voter_id)
    .where('voters.approval_id', '>', p.after)
    .where('approvals.state', '=', 'open')
    .where('approvals.deadline_at', '>', now())
    .where((row) =>
      row.not(
        row.exists(
          row
            .selectFrom('ballots')
            .select('ballots.voter_id')
            .whereRef('ballots.approval_id', '=', 'voters.approval_id')
            .whereRef('ballots.voter_id', '=', 'voters.voter_id'),
        ),
      ),
    )
    .orderBy('voters.approval_id')
    .limit(p.limit),
);
