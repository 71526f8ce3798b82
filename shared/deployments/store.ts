/** Numbered, immutable snapshots of a job's definition, each with what was found about it. */
import { now, store } from '../platform/database/statement.ts';
import type { Reads } from '../platform/platform.ts';
import type { Deployment } from './deployment.ts';

const { all, among, first, change, tables } = store<{ deployments: Deployment }>();

export const insertDeployment = change((q, p: Pick<Deployment, 'id' | 'job_id' | 'number' | 'definition'>) =>
  q.insertInto('deployments').values({
    id: p.id,
    job_id: p.job_id,
    number: p.number,
    definition: p.definition,
    created_at: now(),
  }),
);

export const findDeployment = first((q, p: { id: string }) =>
  q.selectFrom('deployments').selectAll().where('id', '=', p.id),
);

/** For those who need what was asked for and nothing that was found about it. */
export const findDefinition = first((q, p: { id: string }) =>
  q.selectFrom('deployments').select('definition').where('id', '=', p.id),
);

export const deploymentsOf = all((q, p: { job_id: string }) =>
  q.selectFrom('deployments').selectAll().where('job_id', '=', p.job_id).orderBy('number'),
);

/** Many at once; the number of ids shapes the statement. */
export const findDeployments = (on: Reads, ids: string[]): Promise<Deployment[]> =>
  on.run(tables(on).selectFrom('deployments').selectAll().where('id', 'in', ids).compile());

export const storeEstimate = change((q, p: Pick<Deployment, 'id' | 'estimate'>) =>
  q.updateTable('deployments').set({ estimate: p.estimate }).where('id', '=', p.id),
);

export const storeReadiness = change((q, p: Pick<Deployment, 'id' | 'readiness'>) =>
  q.updateTable('deployments').set({ readiness: p.readiness }).where('id', '=', p.id),
);

export const storeAlone = change((q, p: { id: string; alone_because: string }) =>
  q.updateTable('deployments').set({ alone_because: p.alone_because }).where('id', '=', p.id),
);

export const storeOutcome = change((q, p: Pick<Deployment, 'id' | 'outcome' | 'outcome_reason' | 'actual'>) =>
  q
    .updateTable('deployments')
    .set({ outcome: p.outcome, outcome_reason: p.outcome_reason, actual: p.actual, ended_at: now() })
    .where('id', '=', p.id),
);

export const deleteDeployments = among((q, ids: string[]) => q.deleteFrom('deployments').where('id', 'in', ids));
