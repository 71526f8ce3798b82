/** The deployment a job stands at, with its estimate and readiness typed by their rooms. */
import type { Reads } from '../platform/platform.ts';
import type { Deployment } from '../deployments/deployment.ts';
import { findDeployment } from '../deployments/store.ts';
import type { Estimate } from '../estimates/estimate.ts';
import type { Job } from '../jobs/job.ts';
import type { Readiness } from '../readiness/readiness.ts';

export type CurrentDeployment = Deployment<Estimate, Readiness>;

/** Throws when there is none: every job has one from its first transaction on. */
export async function currentDeployment(
  reads: Reads,
  job: Pick<Job, 'id' | 'deployment_id'>,
): Promise<CurrentDeployment> {
  const row = await findDeployment(reads, { id: job.deployment_id });
  if (row === undefined) throw new Error(`job ${job.id} has lost its deployment ${job.deployment_id}`);
  return row as CurrentDeployment; // written by the stages, with these types
}
