/** The days whose digest is on its way, and what a digest is made of. */
import { sql } from 'kysely';
import { endStates, type JobState } from '../jobs/job.ts';
import { now, store } from '../platform/database/statement.ts';

interface Tables {
  digests: { day: string; sent_at: Date };
  jobs: {
    id: string;
    job_name: string;
    state: JobState;
    blocked_code: string | null;
    finished_at: Date | null;
  };
  approvals: { id: string; job_id: string; state: string; deadline_at: Date };
  agents: { id: string; state: string };
  action_items: { id: string; code: string; subject: string; created_at: Date; done_at: Date | null };
}

const { all, first, change } = store<Tables>();
const count = sql<number>`count(*)`.as('count');

export const findDigest = first((q, p: { day: string }) =>
  q.selectFrom('digests').select('day').where('day', '=', p.day),
);

export const insertDigest = change((q, p: { day: string }) =>
  q.insertInto('digests').values({ day: p.day, sent_at: now() }),
);

/** Ids are in the order of time, and the primary key. */
export const submittedSince = first((q, p: { first_id: string }) =>
  q.selectFrom('jobs').select(count).where('id', '>=', p.first_id),
);

export const endedSince = all((q, p: { since: Date }) =>
  q
    .selectFrom('jobs')
    .select(['state as what', count])
    .where('state', 'in', [...endStates])
    .where('finished_at', '>=', p.since)
    .groupBy('state')
    .orderBy('state'),
);

export const blockedByCode = all((q, _: Record<never, never>) =>
  q
    .selectFrom('jobs')
    .select(['blocked_code as what', count])
    .where('state', '=', 'blocked')
    .groupBy('blocked_code')
    .orderBy('blocked_code'),
);

export const openQuestions = all((q, p: { limit: number }) =>
  q
    .selectFrom('approvals')
    .innerJoin('jobs', 'jobs.id', 'approvals.job_id')
    .select(['jobs.job_name as name', 'jobs.id', 'approvals.deadline_at as at'])
    .where('approvals.state', '=', 'open')
    .orderBy('approvals.deadline_at')
    .limit(p.limit),
);

export const openItems = all((q, p: { limit: number }) =>
  q
    .selectFrom('action_items')
    .select(['code as name', 'subject as id', 'created_at as at'])
    .where('done_at', 'is', null)
    .orderBy('id')
    .limit(p.limit),
);

export const agentsOut = all((q, _: Record<never, never>) =>
  q
    .selectFrom('agents')
    .select(['state as what', count])
    .where('state', '<>', 'active')
    .where('state', '<>', 'retired')
    .groupBy('state')
    .orderBy('state'),
);
