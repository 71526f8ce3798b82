/** Jobs by what is asked of them: to learn from, to wake, to list. */
import { sql } from 'kysely';
import { now, store } from '../../platform/database/statement.ts';
import type { Reads } from '../../platform/platform.ts';
import type { ProblemCode } from '../../problems.ts';
import { endStates, type Job } from '../job.ts';
import type { JobAgentTable, JobTable } from './rows.ts';

const { all, tables } = store<{ jobs: JobTable; job_agents: JobAgentTable }>();

/**
 * Jobs in `learning` that no learner tries by itself just now, oldest end first: one learner takes them in this order, and
 * moves each only as it was read.
 */
export const finishedJobs = all((q, p: { limit: number }) =>
  q
    .selectFrom('jobs')
    .selectAll()
    .where('state', '=', 'learning')
    .where((job) => job.or([job('lease_until', 'is', null), job('lease_until', '<', now())]))
    .orderBy('finished_at')
    .orderBy('id')
    .limit(p.limit),
);

/** Blocked jobs that wait for `waits_for`, most urgent first. */
export const jobsWaitingFor = all((q, p: { waits_for: string; limit: number }) =>
  q
    .selectFrom('jobs')
    .select(['id', 'category', 'priority', 'waits_amount'])
    .where('waits_for', '=', p.waits_for)
    .where('state', '=', 'blocked')
    .orderBy('priority')
    .orderBy('id')
    .limit(p.limit),
);

/** Blocked jobs with this code, whatever they wait for, most urgent first. */
export const jobsBlockedBy = all((q, p: { blocked_code: ProblemCode; limit: number }) =>
  q
    .selectFrom('jobs')
    .select(['id', 'category', 'priority', 'waits_amount'])
    .where('state', '=', 'blocked')
    .where('blocked_code', '=', p.blocked_code)
    .orderBy('priority')
    .orderBy('id')
    .limit(p.limit),
);

/** Jobs that ended before this time, oldest end first. */
export const endedJobs = all((q, p: { from_now_seconds: number; limit: number }) =>
  q
    .selectFrom('jobs')
    .select('id')
    .where('state', 'in', [...endStates])
    .where('finished_at', '<', now(p.from_now_seconds))
    .orderBy('finished_at')
    .orderBy('id')
    .limit(p.limit),
);

export interface JobFilter {
  state?: string | undefined;
  category?: string | undefined;
  agent?: string | undefined;
  text?: string | undefined;
  /** Only jobs that this principal, or one that it owns, has submitted. */
  owned_by?: string | undefined;
  /** Ids below this one: newest first. */
  before?: string | undefined;
  limit: number;
}

export function listJobRows(on: Reads, filter: JobFilter): Promise<Job[]> {
  let query = tables(on).selectFrom('jobs').selectAll().orderBy('id', 'desc').limit(filter.limit);
  if (filter.state !== undefined) query = query.where('state', '=', filter.state as Job['state']); // a filter, not a write
  if (filter.category !== undefined) query = query.where('category', '=', filter.category);
  if (filter.before !== undefined) query = query.where('id', '<', filter.before);
  if (filter.text !== undefined)
    query = query.where(sql<boolean>`job_name like ${containing(filter.text)} escape '\\'`);
  const { agent, owned_by } = filter;
  if (owned_by !== undefined) {
    query = query.where((job) => job.or([job('submitter_id', '=', owned_by), job('owner_id', '=', owned_by)]));
  }
  if (agent !== undefined) {
    query = query.where('id', 'in', (q) => q.selectFrom('job_agents').select('job_id').where('agent_id', '=', agent));
  }
  return on.run(query.compile());
}

/** A pattern in which nothing but the text has a meaning, in SQLite and T-SQL. */
const containing = (text: string): string => `%${text.replaceAll(/[\\%_[]/g, '\\$&')}%`;
