/** What events are about, as far as subscribers are told of it and as it says who may see it. */
import { store } from '../../platform/database/statement.ts';
import type { Electorate } from '../../approvals/approval.ts';

interface Jobs {
  id: string;
  job_name: string;
  category: string;
  submitter_id: string;
  owner_id: string;
}

interface Approvals {
  id: string;
  job_id: string;
  electorate: Electorate;
}

interface Deployments {
  job_id: string;
  number: number;
  outcome_reason: string | null;
}

const { among } = store<{ jobs: Jobs; approvals: Approvals; deployments: Deployments }>();

export const jobsByIds = among((q, ids: string[]) =>
  q.selectFrom('jobs').select(['id', 'job_name', 'category', 'submitter_id', 'owner_id']).where('id', 'in', ids),
);

export const approvalsByIds = among((q, ids: string[]) =>
  q.selectFrom('approvals').select(['id', 'job_id', 'electorate']).where('id', 'in', ids),
);

/** What came of each deployment of these jobs. */
export const outcomesByJobs = among((q, ids: string[]) =>
  q.selectFrom('deployments').select(['job_id', 'number', 'outcome_reason']).where('job_id', 'in', ids),
);
