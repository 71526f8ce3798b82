/** Reads over all rooms, for figures. Writes nothing. */
import { sql } from 'kysely';
import { store } from '../../platform/database/statement.ts';

interface Everything {
  jobs: {
    id: string;
    state: string;
    outcome: string | null;
    created_at: Date;
    started_at: Date | null;
    finished_at: Date | null;
    due_at: Date | null;
    attempts: number;
  };
  tasks: { id: string; state: string; queued_at: Date | null; started_at: Date | null; ended_at: Date | null };
  agents: { id: string; state: string };
  approvals: { id: string; state: string; opened_at: Date; granted_at: Date | null };
  ballots: { id: string; decision: string; confidence: number; cast_at: Date; approval_id: string };
  messages: { id: string; state: string; sent_at: Date };
  events: { cursor: number; at: Date; type: string };
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

export const overdueJobs = first((q, p: { before: Date }) =>
  q.selectFrom('jobs').select(count).where('due_at', '<', p.before),
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
    .select(['outcome', 'actual', 'ended_at'])
    .where('ended_at', 'is not', null)
    .orderBy('id', 'desc')
    .limit(p.limit),
);

export const recentApprovals = all((q, p: { limit: number }) =>
  q.selectFrom('approvals').select(['state', 'opened_at', 'granted_at']).orderBy('id', 'desc').limit(p.limit),
);

export const recentBallots = all((q, p: { limit: number }) =>
  q
    .selectFrom('ballots')
    .select(['approval_id', 'decision', 'confidence', 'cast_at'])
    .orderBy('id', 'desc')
    .limit(p.limit),
);
