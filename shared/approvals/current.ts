/** The question that still stands for a deployment. */
import type { Tx } from '../platform/platform.ts';
import type { Approval } from './approval.ts';
import { newestOfDeployment } from './store.ts';

/**
 * Open or granted: a job that comes back from a block keeps it, its definition and ceiling being those of
 * the same deployment. Undefined: there is nothing to keep, a new question is needed.
 */
export async function currentApproval(tx: Tx, deployment_id: string): Promise<Approval | undefined> {
  const approval = await newestOfDeployment(tx, { deployment_id });
  return approval?.state === 'open' || approval?.state === 'granted' ? approval : undefined;
}
