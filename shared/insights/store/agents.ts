/** What one agent holds, what waits for it, and how it has voted. */
import { sql } from 'kysely';
import { now, store } from '../../platform/database/statement.ts';

const { all, first } = store<{
  tasks: { id: string; queue_id: string; state: string; holder_id: string | null; lease_until: Date | null };
  voters: { approval_id: string; voter_id: string };
  ballots: { approval_id: string; voter_id: string; decision: 'yes' | 'no'; confidence: number };
  approvals: { id: string; state: string; deployment_id: string };
  deployments: { id: string; outcome: string | null };
}>();

const count = sql<number>`count(*)`.as('count');

/** Tasks that it holds. */
export const liveLeases = first((q, p: { agent_id: string }) =>
  q
    .selectFrom('tasks')
    .select(count)
    .where('holder_id', '=', p.agent_id)
    .where('state', '=', 'running')
    .where('lease_until', '>', now()),
);

/** Tasks that wait in one queue. */
export const queuedIn = first((q, p: { queue_id: string }) =>
  q.selectFrom('tasks').select(count).where('queue_id', '=', p.queue_id).where('state', '=', 'queued'),
);

/** The newest ballots of a voter, with what their questions and runs came to. */
export const ballotsOf = all((q, p: { voter_id: string; limit: number }) =>
  q
    .selectFrom('voters')
    .innerJoin('ballots', (join) =>
      join.onRef('ballots.approval_id', '=', 'voters.approval_id').onRef('ballots.voter_id', '=', 'voters.voter_id'),
    )
    .innerJoin('approvals', 'approvals.id', 'voters.approval_id')
    .innerJoin('deployments', 'deployments.id', 'approvals.deployment_id')
    .select(['ballots.decision', 'ballots.confidence', 'approvals.state', 'deployments.outcome'])
    .where('voters.voter_id', '=', p.voter_id)
    .orderBy('voters.approval_id', 'desc')
    .limit(p.limit),
);
