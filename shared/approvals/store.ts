/** Questions, each with its electorate. */
import type { ExpressionBuilder } from 'kysely';
import { dueWork, sweepForJobs } from '../platform/database/due-work.ts';
import { now, store } from '../platform/database/statement.ts';
import type { Approval } from './approval.ts';
import type { RuleTried } from './policy.ts';

interface Tables {
  approvals: Approval & { rules: RuleTried[] };
  deployments: { id: string; number: number };
}

const { first, change } = store<Tables>();

/** All but the rules that were tried: only those who explain an approval need them. */
export const columns = [
  ...(['id', 'version', 'head_hash', 'job_id', 'deployment_id', 'state', 'workflow_name', 'workflow'] as const),
  ...(['electorate', 'definition_sha256', 'cost_ceiling_micros', 'environment', 'opened_at', 'deadline_at'] as const),
  ...(['granted_at', 'valid_seconds', 'due_at', 'due_seconds'] as const),
] satisfies (keyof Approval)[];

export const askWork = dueWork('asks');

/** Questions that wait for the machine: past their deadline, or settled and not yet taken by their job. */
export const sweepApprovals = sweepForJobs('approvals');

export const findApproval = first((q, p: { id: string }) =>
  q.selectFrom('approvals').select(columns).where('id', '=', p.id),
);

/** Locks the row until the transaction ends: ballots are counted under this lock. */
export const lockApproval = first((q, p: { id: string }) =>
  q.selectFrom('approvals').select(columns).where('id', '=', p.id).forUpdate(),
);

type Orderable = ExpressionBuilder<Tables, 'approvals'>;

/** Ids of one millisecond come in any order; numbers of deployments don't. */
const deploymentNumber = (row: Orderable) =>
  row.selectFrom('deployments').select('deployments.number').whereRef('deployments.id', '=', 'approvals.deployment_id');

/** The newest question of a job, whatever became of it. */
export const newestOfJob = first((q, p: { job_id: string }) =>
  q.selectFrom('approvals').select(columns).where('job_id', '=', p.job_id).orderBy(deploymentNumber, 'desc').limit(1),
);

export const lockNewestOfJob = first((q, p: { job_id: string }) =>
  q
    .selectFrom('approvals')
    .select(columns)
    .where('job_id', '=', p.job_id)
    .orderBy(deploymentNumber, 'desc')
    .limit(1)
    .forUpdate(),
);

export const newestOfDeployment = first((q, p: { deployment_id: string }) =>
  q.selectFrom('approvals').select(columns).where('deployment_id', '=', p.deployment_id).orderBy('id', 'desc').limit(1),
);

/** What became of the newest, without all that it holds. */
export const standingOfDeployment = first((q, p: { deployment_id: string }) =>
  q.selectFrom('approvals').select('state').where('deployment_id', '=', p.deployment_id).orderBy('id', 'desc').limit(1),
);

export const lockNewestOfDeployment = first((q, p: { deployment_id: string }) =>
  q
    .selectFrom('approvals')
    .select(columns)
    .where('deployment_id', '=', p.deployment_id)
    .orderBy('id', 'desc')
    .limit(1)
    .forUpdate(),
);

/** The rules that were tried when the question opened, with their values. */
export const rulesOf = first((q, p: { id: string }) =>
  q.selectFrom('approvals').select('rules').where('id', '=', p.id),
);

export type Opening = Omit<Approval, 'state' | 'opened_at' | 'granted_at' | 'due_at'> & {
  rules: RuleTried[];
  due_in_seconds: number;
};

export const insertApproval = change((q, p: Opening) =>
  q.insertInto('approvals').values({
    id: p.id,
    version: p.version,
    head_hash: p.head_hash,
    job_id: p.job_id,
    deployment_id: p.deployment_id,
    state: 'open',
    workflow_name: p.workflow_name,
    workflow: p.workflow,
    rules: p.rules,
    electorate: p.electorate,
    definition_sha256: p.definition_sha256,
    cost_ceiling_micros: p.cost_ceiling_micros,
    environment: p.environment,
    opened_at: now(),
    deadline_at: p.deadline_at,
    valid_seconds: p.valid_seconds,
    due_at: now(p.due_in_seconds),
    due_seconds: p.due_seconds,
  }),
);

type Head = Pick<Approval, 'id' | 'version' | 'head_hash'> & { was_version: number };

/** A ballot that settles nothing. Guarded by the version read. */
export const updateHead = change((q, p: Head) =>
  q
    .updateTable('approvals')
    .set({ version: p.version, head_hash: p.head_hash })
    .where('id', '=', p.id)
    .where('version', '=', p.was_version)
    .returning('id'),
);

type Moved = Head &
  Pick<Approval, 'state' | 'granted_at' | 'due_seconds'> & { was: string; due_in_seconds: number | null };

/** A change of state. Guarded by the version and the state read, so that a grant is used once. */
export const updateMoved = change((q, p: Moved) =>
  q
    .updateTable('approvals')
    .set({
      version: p.version,
      head_hash: p.head_hash,
      state: p.state,
      granted_at: p.granted_at,
      due_at: now(p.due_in_seconds),
      due_seconds: p.due_seconds,
    })
    .where('id', '=', p.id)
    .where('version', '=', p.was_version)
    .where('state', '=', p.was as Approval['state'])
    .returning('id'),
);

/** Its job has taken the answer, or ended without it. */
export const clearDue = change((q, p: { id: string }) =>
  q.updateTable('approvals').set({ due_at: null }).where('id', '=', p.id).returning('id'),
);

/** A deadline and a validity that stood still. */
export const postpone = change((q, p: Pick<Approval, 'id' | 'deadline_at' | 'valid_seconds' | 'due_at'>) =>
  q
    .updateTable('approvals')
    .set({ deadline_at: p.deadline_at, valid_seconds: p.valid_seconds, due_at: p.due_at })
    .where('id', '=', p.id)
    .returning('id'),
);
