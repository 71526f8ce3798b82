/** The question that still stands for a deployment. */
import type { Tx } from '../platform/platform.ts';
import { standingOfDeployment } from './store.ts';

/**
 * Open or granted: a job that comes back from a block keeps it, its definition and ceiling being those of
 * the same deployment. False: there is nothing to keep, a new question is needed.
 */
export async function hasCurrentApproval(tx: Tx, deployment_id: string): Promise<boolean> {
  const approval = await standingOfDeployment(tx, { deployment_id });
  return approval?.state === 'open' || approval?.state === 'granted';
}
