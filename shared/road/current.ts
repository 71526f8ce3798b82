/** The deployment a job stands at, with its estimate and readiness typed by their rooms. */
import type { Reads } from '../platform/platform.ts';
import type { Deployment } from '../deployments/deployment.ts';
import { findDefinition, findDeployment } from '../deployments/store.ts';
import type { Estimate } from '../estimates/estimate.ts';
import type { JobDefinition } from '../jobs/definition.ts';
import type { Job } from '../jobs/job.ts';
import type { Readiness } from '../readiness/readiness.ts';

export type CurrentDeployment = Deployment<Estimate, Readiness>;

type Standing = Pick<Job, 'id' | 'deployment_id'>;

/** Throws when there is none: every job has one from its first transaction on. */
export async function currentDeployment(reads: Reads, job: Standing): Promise<CurrentDeployment> {
  const row = (await findDeployment(reads, { id: job.deployment_id })) ?? lost(job);
  return row as CurrentDeployment; // written by the stages, with these types
}

/** Its definition alone. */
export const currentDefinition = async (reads: Reads, job: Standing): Promise<JobDefinition> =>
  ((await findDefinition(reads, { id: job.deployment_id })) ?? lost(job)).definition;

function lost({ id, deployment_id }: Standing): never {
  throw new Error(`job ${id} has lost its deployment ${deployment_id}`);
}
