/** Questions as callers read them. */
import { refuse } from '../outcomes.ts';
import type { Platform, Reads } from '../platform/platform.ts';
import type { Caller } from '../access/caller.ts';
import { findDeployment } from '../deployments/store.ts';
import { definitionJson } from '../jobs/canonical.ts';
import type { Json } from '../platform/wire.ts';
import type { Approval, ApprovalAnswer, ApprovalBrief, ApprovalSummary } from './approval.ts';
import { countAsSettled } from './count.ts';
import { newestOfDeployment, newestOfJob, rulesOf } from './store.ts';
import { waitingFor } from './store/voters.ts';
import { briefOf, summaryOf } from './summary.ts';
import { maySeeApproval } from './visible.ts';

export { waitingWords } from './summary.ts';

/** How the question of a deployment stands; undefined before there is one. */
export async function approvalSummary(reads: Reads, deployment_id: string): Promise<ApprovalSummary | undefined> {
  const approval = await newestOfDeployment(reads, { deployment_id });
  return approval === undefined ? undefined : summaryOf({ approval, ...(await countAsSettled(reads, approval)) });
}

/** The newest question of a job with its facts. Refuses `not_found`, also for what the caller may not see. */
export async function getApproval(
  { db }: Platform,
  caller: Caller,
  { job_id }: { job_id: string },
): Promise<ApprovalAnswer> {
  const approval = await newestOfJob(db.read, { job_id });
  if (approval === undefined || !maySeeApproval(caller, approval)) refuse('not_found');
  return approvalAnswer(db.read, approval);
}

async function approvalAnswer(reads: Reads, approval: Approval): Promise<ApprovalAnswer> {
  const deployment = await findDeployment(reads, { id: approval.deployment_id });
  if (deployment === undefined) throw new Error(`approval ${approval.id} has lost its deployment`);
  return {
    ...summaryOf({ approval, ...(await countAsSettled(reads, approval)) }),
    deployment_id: deployment.id,
    definition: asJson(definitionJson(deployment.definition)) ?? {},
    estimate: asJson(deployment.estimate),
    readiness: asJson(deployment.readiness),
    tree: (await rulesOf(reads, approval))?.rules ?? [],
  };
}

/** JSON columns, kept as their rooms gave them. */
const asJson = (kept: object | Json): Record<string, Json> | null => kept as Record<string, Json> | null;

/** Open questions that wait for this caller, oldest first, with ids after `after`. */
export async function listApprovals(
  { db }: Platform,
  caller: Caller,
  { after = '', limit }: { after?: string | undefined; limit: number },
): Promise<ApprovalBrief[]> {
  return (await waitingFor(db.read, { voter_id: caller.id, after, limit })).map(briefOf);
}
