/** What the holder of a task reports, and what it is answered. */
import { z } from 'zod';
import { jsonObject, usd } from '../platform/wire.ts';
import { ClaimedTask, Prefetch } from './lease.ts';
import { taskStates } from './task.ts';

const tokens = z.int().min(0).max(1_000_000_000_000);

export const UsageReport = z
  .strictObject({
    model: z.string().min(1).max(200).optional().describe('the one the agent registered, where it is left out'),
    input_tokens: tokens.describe('all input, with what came from a cache'),
    cached_tokens: tokens.default(0),
    output_tokens: tokens,
    cost_usd: usd.optional().describe('counts only where the model has no price'),
  })
  .meta({ id: 'UsageReport', description: 'Of this attempt so far; the largest report counts' });

export type UsageReport = z.output<typeof UsageReport>;

const fence = z.int().min(0).describe('from the claim');
const usage = UsageReport.optional();

export const ProgressInput = z
  .strictObject({
    fence,
    progress: z.number().min(0).max(1).optional(),
    note: z.string().max(1000).optional(),
    usage,
  })
  .meta({ id: 'ProgressInput' });

export const CompleteInput = z
  .strictObject({
    fence,
    output: jsonObject,
    usage,
    prefetch: Prefetch.optional().describe('claim the next in the same call'),
  })
  .meta({ id: 'CompleteInput' });

export const FailInput = z
  .strictObject({
    fence,
    error: z.string().min(1).max(4000),
    retryable: z.boolean().default(true).describe('false: no further attempt would help'),
    usage,
  })
  .meta({ id: 'FailInput' });

export const ReleaseInput = z.strictObject({ fence, usage }).meta({ id: 'ReleaseInput' });

/** Who reports on what: the task from the path. */
type On<Schema extends z.ZodType> = z.output<Schema> & { task_id: string };
export type Progress = On<typeof ProgressInput>;
export type Completion = On<typeof CompleteInput>;
export type Failure = On<typeof FailInput>;
export type Release = On<typeof ReleaseInput>;

export const ProgressAnswer = z
  .strictObject({
    task_id: z.string(),
    stop_reason: z.string().nullable().describe('not null: stop and answer, nobody waits for the result'),
  })
  .meta({ id: 'ProgressAnswer' });

export type ProgressAnswer = z.output<typeof ProgressAnswer>;

export const SettledAnswer = z
  .strictObject({
    task_id: z.string(),
    state: z.enum(taskStates),
    stop_reason: z.string().nullable(),
    tasks: z.array(ClaimedTask).describe('what `prefetch` claimed'),
  })
  .meta({ id: 'SettledAnswer' });

export type SettledAnswer = z.output<typeof SettledAnswer>;
