/** The numbered snapshots of a job, each with what came of it. */
import { z } from 'zod';
import type { Platform } from '../platform/platform.ts';
import { time } from '../platform/wire.ts';
import type { Caller } from '../access/caller.ts';
import { deploymentsOf } from '../deployments/store.ts';
import { JobDefinition } from '../jobs/definition.ts';
import { visibleJob } from './visible-job.ts';

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

/** All of them, oldest first. Refuses `not_found`. */
export async function listDeployments({ db }: Platform, caller: Caller, { job_id }: { job_id: string }) {
  const job = await visibleJob(db.read, caller, job_id);
  const rows = await deploymentsOf(db.read, { job_id: job.id });
  return rows.map(({ id, number, definition, alone_because, outcome, outcome_reason, created_at, ended_at }) => ({
    deployment_id: id,
    number,
    definition,
    alone_because,
    outcome,
    outcome_reason,
    created_at,
    ended_at,
  }));
}
