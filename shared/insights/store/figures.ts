/** Reads over all rooms, for figures. Writes nothing. */
import { sql } from 'kysely';
import { now, store } from '../../platform/database/statement.ts';

interface Everything {
  jobs: { state: string; due_at: Date | null };
  tasks: { state: string };
  agents: { state: string };
  approvals: { id: string; opened_at: Date; granted_at: Date | null };
  ballots: { id: string; decision: string; confidence: number };
  messages: { state: string };
  action_items: { code: string; done_at: Date | null };
  events: { cursor: number; at: Date };
  resources: { name: string; capacity: number; allocated: number; deleted_at: Date | null };
  deployments: {
    id: string;
    outcome: string | null;
    ended_at: Date | null;
    actual: { cost_micros: number; duration_seconds: number } | null;
  };
}

const { all, first } = store<Everything>();
const count = sql<number>`count(*)`.as('count');

export const jobsByState = all((q, _: Record<never, never>) =>
  q.selectFrom('jobs').select(['state', count]).groupBy('state'),
);

export const tasksByState = all((q, _: Record<never, never>) =>
  q.selectFrom('tasks').select(['state', count]).groupBy('state'),
);

export const agentsByState = all((q, _: Record<never, never>) =>
  q.selectFrom('agents').select(['state', count]).groupBy('state'),
);

export const messagesByState = all((q, _: Record<never, never>) =>
  q.selectFrom('messages').select(['state', count]).groupBy('state'),
);

export const openItemsByCode = all((q, _: Record<never, never>) =>
  q.selectFrom('action_items').select(['code', count]).where('done_at', 'is', null).groupBy('code'),
);

/** Those that were due before `from_now_seconds`, which is negative. */
export const overdueJobs = first((q, p: { from_now_seconds: number }) =>
  q.selectFrom('jobs').select(count).where('due_at', '<', now(p.from_now_seconds)),
);

export const newestEvent = first((q, _: Record<never, never>) =>
  q.selectFrom('events').select(['cursor', 'at']).orderBy('cursor', 'desc').limit(1),
);

export const resourceUse = all((q, _: Record<never, never>) =>
  q.selectFrom('resources').select(['name', 'capacity', 'allocated']).where('deleted_at', 'is', null).orderBy('name'),
);

/** Finished deployments of late, newest first: enough for shares and percentiles. */
export const recentDeployments = all((q, p: { limit: number }) =>
  q
    .selectFrom('deployments')
    .select(['outcome', 'actual'])
    .where('ended_at', 'is not', null)
    .orderBy('id', 'desc')
    .limit(p.limit),
);

export const recentApprovals = all((q, p: { limit: number }) =>
  q.selectFrom('approvals').select(['opened_at', 'granted_at']).orderBy('id', 'desc').limit(p.limit),
);

export const recentBallots = all((q, p: { limit: number }) =>
  q.selectFrom('ballots').select(['decision', 'confidence']).orderBy('id', 'desc').limit(p.limit),
);
