/** The numbered snapshots of a job, each with what came of it. */
import { z } from 'zod';
import type { Platform } from '../platform/platform.ts';
import { time } from '../platform/wire.ts';
import type { Caller } from '../access/caller.ts';
import type { Deployment } from '../deployments/deployment.ts';
import { deploymentsOf } from '../deployments/store.ts';
import { JobDefinition } from '../jobs/definition.ts';
import { jobOrArchived } from './visible-job.ts';

export const DeploymentAnswer = z
  .strictObject({
    deployment_id: z.string(),
    number: z.int(),
    definition: JobDefinition,
    alone_because: z
      .string()
      .nullable()
      .describe('why its plan was run by the primary agent alone (fallback); null: it was not'),
    outcome: z.string().nullable(),
    outcome_reason: z.string().nullable(),
    created_at: time,
    ended_at: time.nullable(),
  })
  .meta({ id: 'Deployment' });
export type DeploymentAnswer = z.output<typeof DeploymentAnswer>;

/** All of them, oldest first. Refuses `not_found`. */
export async function listDeployments(
  { db }: Platform,
  caller: Caller,
  { job_id }: { job_id: string },
): Promise<DeploymentAnswer[]> {
  const { job, archived } = await jobOrArchived(db.read, caller, job_id);
  if (job === undefined) return archived.deployments;
  return (await deploymentsOf(db.read, { job_id: job.id })).map(deploymentAnswer);
}

export const deploymentAnswer = (deployment: Deployment): DeploymentAnswer => ({
  deployment_id: deployment.id,
  number: deployment.number,
  definition: deployment.definition,
  alone_because: deployment.alone_because,
  outcome: deployment.outcome,
  outcome_reason: deployment.outcome_reason,
  created_at: deployment.created_at,
  ended_at: deployment.ended_at,
});
