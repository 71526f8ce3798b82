/** What a supervisor asks for when it assigns a task, and what it is told. */
import { z } from 'zod';
import { jsonObject, name } from '../platform/wire.ts';

/** Words for priorities, as a job has them in numbers. */
export const priorities = { critical: 1, high: 3, normal: 5, low: 8 } as const;
type PriorityWord = keyof typeof priorities;

export const AssignInput = z
  .strictObject({
    job_id: z
      .string()
      .max(128)
      .optional()
      .describe('a job that is executing; a job of this one task, where it is left out'),
    type: name.max(100, 'expected at most 100 characters').describe('what the task is called'),
    description: z.string().min(1).max(10_000),
    parameters: jsonObject.default({}).describe('its input, beside `type` and `description`'),
    required_capabilities: z.array(name).min(1).max(20).describe('all of them'),
    priority: z
      .enum(Object.keys(priorities) as PriorityWord[]) // its own keys
      .optional()
      .describe('critical 1, high 3, normal 5, low 8; that of the job, where it is left out'),
    assignment: z
      .enum(['best_agent', 'first_to_claim'])
      .default('best_agent')
      .describe('the agent with the lowest relative load and the best record, or whoever claims it first'),
    category: name.optional().describe('of the job of one task; the first of the supervisor’s, where it is left out'),
    timeout_seconds: z.int().min(1).max(604_800).optional().describe('of one attempt'),
    retries: z.int().min(0).max(100).optional(),
  })
  .meta({ id: 'AssignInput' });

export type AssignInput = z.output<typeof AssignInput>;

export const AssignedAnswer = z
  .strictObject({
    job_id: z.string(),
    task_id: z.string().nullable().describe('null: the only task of a job that takes the whole road first'),
    name: z.string(),
    agent_id: z.string().nullable().describe('null: whoever claims it first'),
    priority: z.int(),
    state: z.string().describe('of the task, else of its job'),
    explanation: z.string().describe('why this agent'),
  })
  .meta({ id: 'AssignedTask' });

export type AssignedAnswer = z.output<typeof AssignedAnswer>;
