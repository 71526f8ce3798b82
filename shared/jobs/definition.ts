/** What a caller asks for: the definition of a job, OASF-compatible in its names. */
import { z } from 'zod';
import { json, jsonObject, limitUsd, name } from '../platform/wire.ts';
import { misfitsOf, Plan } from './plan-steps.ts';

const text = (most: number) => z.string().min(1).max(most);

export const RequiredTool = z
  .strictObject({
    tool_name: name,
    tool_type: name.default('api'),
    description: text(2000).optional(),
    required: z.boolean().default(true),
    fallback_available: z.boolean().default(false),
    min_rate_limit: z.int().min(0).max(1_000_000).default(0).describe('calls a minute that the tool must allow'),
    estimated_calls: z.int().min(0).max(1_000_000).default(1),
  })
  .meta({ id: 'RequiredTool' });

export const RequiredResource = z
  .strictObject({
    resource_type: name.describe('compute, memory, gpu, storage, network, or a registered name'),
    amount: z.number().positive().max(1e12),
    unit: text(20),
    required: z.boolean().default(true),
    fallback_available: z.boolean().default(false),
  })
  .meta({ id: 'RequiredResource' });

export const JobDefinition = z
  .strictObject({
    job_name: name,
    job_description: text(10_000),
    category: name,
    primary_agent: name,
    supporting_agents: z.array(name).max(50).default([]),
    required_tools: z.array(RequiredTool).max(50).default([]),
    required_resources: z.array(RequiredResource).max(50).default([]),
    max_budget_usd: limitUsd(1_000_000).optional(),
    max_tokens: z.int().min(1).max(1e12).optional(),
    max_execution_time_seconds: z.int().min(1).max(604_800).default(3600),
    max_retries: z.int().min(0).max(100).default(3),
    priority: z.int().min(1).max(10).default(5).describe('1 is the highest'),
    environment: name.default('default'),
    model: z.string().min(1).max(200).optional(),
    payload: z.string().max(900_000).optional().describe('the prompt of a single call, counted before it is sent'),
    fallback: z.literal('single_agent').optional(),
    plan: Plan.optional().describe('the supporting agents side by side, then the primary one, where it is left out'),
    input: jsonObject.default({}),
    input_schema: jsonObject.optional(),
    output_schema: jsonObject.optional(),
    sensitive: z
      .array(z.string().regex(/^input(\.[^.\s]{1,128}){1,10}$/, 'expected a path such as input.token'))
      .max(50)
      .default([]),
    metadata: z.record(name, json).optional(),
  })
  .superRefine((job, { addIssue }) => {
    for (const { path, message } of misfitsOf(job.plan ?? [], agentsOf(job)))
      addIssue({ code: 'custom', path: ['plan', ...path], message });
  })
  .meta({ id: 'JobDefinition' });

export type JobDefinition = z.output<typeof JobDefinition>;

/** Every agent that takes part, the primary one first, each once. */
export const agentsOf = (definition: { primary_agent: string; supporting_agents: string[] }): string[] => [
  ...new Set([definition.primary_agent, ...definition.supporting_agents]),
];
