/** A job's row: found, locked, inserted, moved. */
import type { Generated, Kysely } from 'kysely';
import { now, store } from '../../platform/database/statement.ts';
import { dueWork } from '../../platform/database/due-work.ts';
import type { Tx } from '../../platform/platform.ts';
import type { Job } from '../job.ts';

/** Empty at first, so that an insert may leave them out. */
type Later =
  | 'resume_state'
  | 'blocked_code'
  | 'blocked_detail'
  | 'waits_for'
  | 'waits_amount'
  | 'blocked_at'
  | 'block_code_since'
  | 'stop_reason'
  | 'outcome'
  | 'outcome_reason'
  | 'started_at'
  | 'stop_at'
  | 'finished_at'
  | 'lease_until'
  | 'last_fault';

export type JobTable = Omit<Job, Later> & { [Column in Later]: Generated<Job[Column]> };

export interface JobAgentTable {
  job_id: string;
  agent_id: string;
}

const { among, first, change } = store<{ jobs: JobTable; job_agents: JobAgentTable }>();

export const jobWork = dueWork('jobs');

export const findJob = first((q, p: { id: string }) => q.selectFrom('jobs').selectAll().where('id', '=', p.id));

/** Where a job stands, for those who only wait. */
export const findState = first((q, p: { id: string }) => q.selectFrom('jobs').select('state').where('id', '=', p.id));

/** Locks the row until the transaction ends; always the first statement on a job that will move. */
export const lockJob = first((q, p: { id: string }) =>
  q.selectFrom('jobs').selectAll().where('id', '=', p.id).forUpdate(),
);

/** The same for several, in the order of their ids. */
export const lockJobs = among((q, ids: string[]) =>
  q.selectFrom('jobs').selectAll().where('id', 'in', ids).orderBy('id').forUpdate(),
);

/** What a new job's row is given; the rest starts empty. */
export type FirstRow = Pick<
  Job,
  | 'id'
  | 'version'
  | 'head_hash'
  | 'state'
  | 'job_name'
  | 'category'
  | 'priority'
  | 'primary_agent'
  | 'environment'
  | 'submitter_id'
  | 'owner_id'
  | 'deployment_id'
  | 'deployment_number'
  | 'time_limit_seconds'
  | 'trace'
  | 'due_seconds'
>;

export const insertJob = change((q, p: FirstRow) =>
  q.insertInto('jobs').values({
    id: p.id,
    version: p.version,
    head_hash: p.head_hash,
    state: p.state,
    job_name: p.job_name,
    category: p.category,
    priority: p.priority,
    primary_agent: p.primary_agent,
    environment: p.environment,
    submitter_id: p.submitter_id,
    owner_id: p.owner_id,
    deployment_id: p.deployment_id,
    deployment_number: p.deployment_number,
    blocked_seconds: 0,
    time_limit_seconds: p.time_limit_seconds,
    trace: p.trace,
    created_at: now(),
    changed_at: now(),
    due_at: now(p.due_seconds),
    due_seconds: p.due_seconds,
    attempts: 0,
    fence: 0,
  }),
);

/** What every move writes, and what it was read as. */
export type Stood = Pick<Job, 'id' | 'version' | 'head_hash' | 'state' | 'fence' | 'due_seconds'> & {
  was_version: number;
  was_fence: number;
  due_in_seconds: number | null;
};
/** With the transition's own columns. */
export type Moved = Job & Stood;

type Tables = Kysely<{ jobs: JobTable; job_agents: JobAgentTable }>;

/** The guarded move: version and fence as read, or no row is hit. */
const guarded = (q: Tables, p: Stood) =>
  q
    .updateTable('jobs')
    .set({ version: p.version, head_hash: p.head_hash, state: p.state, changed_at: now() })
    .set({ due_at: now(p.due_in_seconds), due_seconds: p.due_seconds })
    .set({ attempts: 0, fence: p.fence, lease_until: null, last_fault: null })
    .where('id', '=', p.id)
    .where('version', '=', p.was_version)
    .where('fence', '=', p.was_fence)
    .returning('id');

/** A move that changes nothing but where the job stands, as most do. */
export const updateState = change((q, p: Stood) => guarded(q, p));

/** A move with all that a transition can change. */
export const updateMoved = change((q, p: Moved) =>
  guarded(q, p)
    .set({ ...definitionColumns(p), ...blockColumns(p), ...runColumns(p) })
    .set({ deployment_id: p.deployment_id, deployment_number: p.deployment_number }),
);

const definitionColumns = (p: Moved) => ({
  job_name: p.job_name,
  category: p.category,
  priority: p.priority,
  primary_agent: p.primary_agent,
  environment: p.environment,
  time_limit_seconds: p.time_limit_seconds,
});

const blockColumns = (p: Moved) => ({
  resume_state: p.resume_state,
  blocked_code: p.blocked_code,
  blocked_detail: p.blocked_detail,
  waits_for: p.waits_for,
  waits_amount: p.waits_amount,
  blocked_at: p.blocked_at,
  blocked_seconds: p.blocked_seconds,
  block_code_since: p.block_code_since,
});

const runColumns = (p: Moved) => ({
  stop_reason: p.stop_reason,
  outcome: p.outcome,
  outcome_reason: p.outcome_reason,
  started_at: p.started_at,
  stop_at: p.stop_at,
  finished_at: p.finished_at,
});

export const insertJobAgent = change((q, p: JobAgentTable) =>
  q.insertInto('job_agents').values({ job_id: p.job_id, agent_id: p.agent_id }),
);

export const deleteJobAgents = change((q, p: { job_id: string }) =>
  q.deleteFrom('job_agents').where('job_id', '=', p.job_id),
);

const deleteAgentsOf = among((q, ids: string[]) => q.deleteFrom('job_agents').where('job_id', 'in', ids));
const deleteRows = among((q, ids: string[]) => q.deleteFrom('jobs').where('id', 'in', ids));

/** After everything that belongs to them. */
export async function deleteJobs(tx: Tx, ids: readonly string[]): Promise<void> {
  await deleteAgentsOf(tx, ids);
  await deleteRows(tx, ids);
}
