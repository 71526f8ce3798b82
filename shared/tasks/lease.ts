/** A lease: a task in somebody's hands for a while, known by its fence. */
import { z } from 'zod';
import { jsonObject, time } from '../platform/wire.ts';
import type { Task } from './task.ts';

/** The most tasks in one claim. */
export const mostClaimed = 50;
/** The longest that a claim waits. */
export const longestWaitSeconds = 20;

const claimId = z.string().min(1).max(128);
const max = z.int().min(1).max(mostClaimed);

export const ClaimInput = z
  .strictObject({
    max: max.default(1),
    wait_seconds: z.number().min(0).max(longestWaitSeconds).default(0),
    claim_id: claimId
      .optional()
      .describe('the same id gives the same live leases: send it again when an answer is lost'),
  })
  .meta({ id: 'ClaimInput' });

export type ClaimInput = z.output<typeof ClaimInput>;

/** The next claim in the same call. */
export const Prefetch = z.strictObject({ max: max.default(1), claim_id: claimId }).meta({ id: 'Prefetch' });
export type Prefetch = z.output<typeof Prefetch>;

export const ClaimedTask = z
  .strictObject({
    task_id: z.string(),
    fence: z.int().describe('proves the claim; send it with every report'),
    job_id: z.string(),
    deployment_id: z.string(),
    name: z.string(),
    priority: z.int(),
    input: jsonObject.describe('sealed values opened'),
    attempt: z.int().describe('1 the first time'),
    max_attempts: z.int(),
    time_limit_seconds: z.number(),
    lease_until: time.describe('a heartbeat that lists the fence before then renews it'),
  })
  .meta({ id: 'ClaimedTask' });

export type ClaimedTask = z.output<typeof ClaimedTask>;

export const ClaimAnswer = z.strictObject({ tasks: z.array(ClaimedTask) }).meta({ id: 'ClaimAnswer' });

export const claimedTask = (task: Task & { lease_until: Date }): ClaimedTask => ({
  task_id: task.id,
  fence: task.fence,
  job_id: task.job_id,
  deployment_id: task.deployment_id,
  name: task.name,
  priority: task.priority,
  input: task.input,
  attempt: task.attempts,
  max_attempts: task.max_attempts,
  time_limit_seconds: task.time_limit_seconds,
  lease_until: task.lease_until,
});

const Fence = z.strictObject({ task_id: z.string().max(128), fence: z.int().min(0) });
export type Fence = z.output<typeof Fence>;

export const HeartbeatInput = z
  .strictObject({
    load: jsonObject.nullable().optional(),
    capacity: z
      .int()
      .min(0)
      .max(10_000)
      .nullable()
      .optional()
      .describe(
        'how many tasks at once its measured resources allow; this or max_concurrent_tasks, the smaller counts',
      ),
    fences: z.array(Fence).max(10_000).default([]).describe('every lease the agent holds; one it leaves out goes back'),
  })
  .meta({ id: 'HeartbeatInput' });

export type HeartbeatInput = z.output<typeof HeartbeatInput>;

export const HeartbeatAnswer = z
  .strictObject({
    invalid: z.array(Fence).describe('drop these: they are yours no more'),
    stops: z.array(z.strictObject({ task_id: z.string(), reason: z.string() })).describe('stop these and answer'),
    drain: z.boolean().describe('finish what you hold and claim no more'),
  })
  .meta({ id: 'HeartbeatAnswer' });

export type HeartbeatAnswer = z.output<typeof HeartbeatAnswer>;
