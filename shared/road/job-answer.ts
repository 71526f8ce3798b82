/** A job as callers see it. */
import { z } from 'zod';
import { jsonObject, time } from '../platform/wire.ts';
import { ApprovalSummary } from '../approvals/approval.ts';
import { JobDefinition } from '../jobs/definition.ts';
import { jobStates } from '../jobs/job.ts';
import { Prediction } from '../estimates/prediction.ts';
import { Readiness } from '../readiness/readiness.ts';

/** The coarse word that existing clients test; `state` is exact. */
export const jobStatuses = [
  'pending',
  'validation_failed',
  'approval_pending',
  'success',
  'failed',
  'rejected',
  'cancelled',
  'expired',
] as const;

export const EstimateAnswer = z
  .strictObject({
    tokens: Prediction,
    cost_usd: Prediction.nullable().describe('null: the model has no price'),
    confidence: z.number().min(0).max(1),
    basis: z.string(),
  })
  .meta({ id: 'Estimate' });

export const ActualAnswer = z
  .strictObject({
    input_tokens: z.number(),
    cached_tokens: z.number(),
    output_tokens: z.number(),
    total_tokens: z.number(),
    cost_usd: z.number(),
    duration_seconds: z.number(),
  })
  .meta({ id: 'Actual' });

export const TaskBrief = z
  .strictObject({
    task_id: z.string(),
    name: z.string(),
    agent_id: z.string().nullable(),
    state: z.string(),
    depends_on: z.array(z.string()),
    undoes: z.string().nullable().describe('the task that it undoes'),
    attempts: z.int(),
    progress: z.number().nullable(),
    note: z.string().nullable(),
    output: jsonObject.nullable(),
    error: z.string().nullable(),
    tokens: z.number(),
  })
  .meta({ id: 'TaskBrief' });

export const PlanAnswer = z
  .strictObject({
    tasks: z.array(TaskBrief),
    progress: z.number().min(0).max(1),
    critical_path: z.array(z.string()),
    eta_seconds: z.number().nullable().describe('expected time to the end; null when nothing runs'),
  })
  .meta({ id: 'Plan' });

export const JobAnswer = z
  .strictObject({
    status: z.enum(jobStatuses),
    state: z.enum(jobStates),
    explanation: z.string(),
    job_id: z.string(),
    deployment_id: z.string(),
    deployment_number: z.int(),
    version: z.int(),
    can_proceed: z.boolean(),
    submitted_by: z.string(),
    definition: JobDefinition,
    estimated_tokens: z.number().nullable(),
    estimated_cost_usd: z.number().nullable(),
    estimate: EstimateAnswer.nullable(),
    validation: Readiness.nullable(),
    approval: ApprovalSummary.nullable(),
    blocked: z
      .strictObject({ code: z.string(), detail: z.string(), waits_for: z.string().nullable(), since: time })
      .nullable(),
    plan: PlanAnswer.nullable(),
    actual: ActualAnswer.nullable(),
    outcome: z.string().nullable(),
    outcome_reason: z.string().nullable(),
    created_at: time,
    started_at: time.nullable(),
    finished_at: time.nullable(),
    archived_at: time.nullable().describe('since when nothing but this answer and its events is left of it'),
  })
  .meta({ id: 'Job' });

export type PlanAnswer = z.output<typeof PlanAnswer>;
export type JobAnswer = z.output<typeof JobAnswer>;

/** A line of a list. */
export const JobBrief = z
  .strictObject({
    job_id: z.string(),
    job_name: z.string(),
    category: z.string(),
    priority: z.int(),
    status: z.enum(jobStatuses),
    state: z.enum(jobStates),
    deployment_number: z.int(),
    submitted_by: z.string(),
    outcome_reason: z.string().nullable(),
    created_at: time,
    finished_at: time.nullable(),
  })
  .meta({ id: 'JobBrief' });
