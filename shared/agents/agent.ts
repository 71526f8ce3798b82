/** An agent: what an admin says it may do, and what it says of itself. */
import { z } from 'zod';
import { agentRoles, type AgentRole } from '../access/caller.ts';
import type { Config } from '../platform/config.ts';
import { jsonObject, name, principalId, time, type Json, webUrl } from '../platform/wire.ts';

export const agentStates = ['active', 'suspect', 'lost', 'draining', 'isolated', 'retired'] as const;
export type AgentState = (typeof agentStates)[number];

/** The row. Stored are `active`, `draining`, `isolated` and `retired`; see {@link stateAt} for the others. */
export interface Agent {
  id: string;
  version: number;
  head_hash: string;
  role: AgentRole;
  state: AgentState;
  capabilities: string[];
  categories: string[];
  owner_id: string;
  max_concurrent_tasks: number;
  /** How many tasks at once its measured resources allow, by its own word; null: it has not said. */
  measured_capacity: number | null;
  endpoint: string | null;
  endpoint_secret_id: string | null;
  model: string | null;
  agent_version: string | null;
  card: Record<string, Json> | null;
  load: Record<string, Json> | null;
  last_seen_at: Date | null;
  /** When it was last put back into service; what it did before counts against it no more. */
  restored_at: Date | null;
  created_at: Date;
}

/** Heartbeat intervals of silence after which an active agent is suspect, and lost. */
const suspectIntervals = 1.5;
const lostIntervals = 3;

/** How long an agent has what it took, a task or a message: until it would be lost. Two heartbeats may be late. */
export const leaseSeconds = ({ AGENT_HEARTBEAT_INTERVAL }: Config): number => lostIntervals * AGENT_HEARTBEAT_INTERVAL;

/** The state as it is at a time of the database: an active agent that is silent for too long is suspect, then lost. */
export function stateAt(
  { state, last_seen_at }: Pick<Agent, 'state' | 'last_seen_at'>,
  at: Date,
  intervalSeconds: number,
): AgentState {
  if (state !== 'active') return state;
  if (last_seen_at === null) return 'lost';
  const silent = (at.getTime() - last_seen_at.getTime()) / 1000 / intervalSeconds;
  if (silent >= lostIntervals) return 'lost';
  return silent >= suspectIntervals ? 'suspect' : 'active';
}

/** How many tasks an agent may hold: what the admin says, or what it has measured, whichever is smaller. */
export const effectiveConcurrency = ({
  max_concurrent_tasks,
  measured_capacity,
}: Pick<Agent, 'max_concurrent_tasks' | 'measured_capacity'>): number =>
  Math.min(max_concurrent_tasks, measured_capacity ?? max_concurrent_tasks);

/** What jobs wait for, as topics of the bell `wake`. */
export const awaitedAgent = (id: string): string => `agent:${id}`;
export const awaitedCategory = (category: string): string => `category:${category}`;
export const awaitedCapability = (capability: string): string => `capability:${capability}`;

/** A capability or a category: both become parts of names. */
const words = (most: number) => z.array(name).max(most);

const ownFields = {
  model: z.string().min(1).max(200).nullable().optional().describe('whose price counts where a job names no model'),
  agent_version: z.string().min(1).max(100).nullable().optional(),
  card: jsonObject.nullable().optional().describe('an A2A agent card, kept as given'),
  load: jsonObject.nullable().optional(),
};

export const RegisterAgent = z
  .strictObject({
    role: z.enum(agentRoles).optional().describe('worker, where it is left out at first'),
    capabilities: words(100).optional(),
    categories: words(100).optional().describe('that a category head answers for'),
    owner_id: principalId
      .optional()
      .describe('the principal that answers for it; who registers it, where it is left out'),
    max_concurrent_tasks: z.int().min(1).max(10_000).optional().describe('1, where it is left out at first'),
    endpoint: webUrl.nullable().optional().describe('where questions are posted, signed'),
    ...ownFields,
  })
  .meta({ id: 'RegisterAgent' });

export type RegisterAgent = z.output<typeof RegisterAgent>;

/** What an agent may say of itself; the rest is the admin's. */
export const isOwnField = (field: string): boolean => Object.hasOwn(ownFields, field);

export const AgentAnswer = z
  .strictObject({
    agent_id: z.string(),
    version: z.int(),
    state: z.enum(agentStates),
    role: z.enum(agentRoles),
    capabilities: z.array(z.string()),
    categories: z.array(z.string()),
    owner_id: z.string(),
    max_concurrent_tasks: z.int(),
    measured_capacity: z.int().nullable().describe('from its heartbeats'),
    effective_concurrent_tasks: z.int().describe('the smaller of the two'),
    endpoint: z.string().nullable(),
    model: z.string().nullable(),
    agent_version: z.string().nullable(),
    card: jsonObject.nullable(),
    load: jsonObject.nullable(),
    last_seen_at: time.nullable(),
    created_at: time,
    record: z
      .strictObject({
        completed: z.int(),
        failed: z.int(),
        tokens: z.number(),
        cost_usd: z.number(),
        median_seconds: z.number().nullable().describe('of the last hundred tasks'),
        p95_seconds: z.number().nullable(),
      })
      .nullable()
      .describe('null before its first task has ended'),
  })
  .meta({ id: 'Agent' });

export type AgentAnswer = z.output<typeof AgentAnswer>;

export const RegisteredAgent = AgentAnswer.extend({
  endpoint_secret: z
    .string()
    .nullable()
    .describe('signs what is posted to the endpoint (Standard Webhooks); shown once, for a new endpoint'),
}).meta({ id: 'RegisteredAgent' });

export type RegisteredAgent = z.output<typeof RegisteredAgent>;
