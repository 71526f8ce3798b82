/** getInfrastructure: what jobs can use at the moment, each with its state and age. */
import { z } from 'zod';
import { agentStates, stateAt } from '../agents/agent.ts';
import { agentsAfter } from '../agents/store.ts';
import { databaseTime } from '../platform/database/time.ts';
import { time } from '../platform/wire.ts';
import type { Platform } from '../platform/platform.ts';
import { resourceAnswer, type ResourceRow } from '../resources/resource.ts';
import { resourcePage } from '../resources/store.ts';
import { firstTools, type ToolStanding } from '../tools/store.ts';
import { credentialState, credentialStates, earlier, lookUp } from './checks/credentials.ts';
import { probe } from './checks/tools.ts';

const age_seconds = z.number().nullable().describe('since it was registered or last heard of; null: never heard of');

export const Infrastructure = z
  .strictObject({
    tools: z.array(
      z.strictObject({
        name: z.string(),
        tool_type: z.string(),
        state: z.enum(['up', 'down', 'unprobed']),
        reason: z.string(),
        rate_limit: z.int().nullable(),
        calls_this_minute: z.number(),
        age_seconds,
      }),
    ),
    resources: z.array(
      z.strictObject({
        name: z.string(),
        resource_type: z.string(),
        unit: z.string(),
        capacity: z.number(),
        allocated: z.number(),
        free: z.number(),
        state: z.enum(['free', 'full']),
        age_seconds,
      }),
    ),
    agents: z.array(z.strictObject({ agent_id: z.string(), state: z.enum(agentStates), age_seconds })),
    credentials: z.array(
      z.strictObject({
        name: z.string(),
        state: z.enum(credentialStates),
        used_by: z.array(z.string()),
        expires_at: time.nullable(),
        age_seconds,
      }),
    ),
  })
  .meta({ id: 'Infrastructure' });

export type Infrastructure = z.output<typeof Infrastructure>;

/** So many of each kind are shown, the first by name; the lists of each kind show all. */
const most = 500;

/** Tools are probed as they are for a job. */
export async function getInfrastructure(platform: Platform): Promise<Infrastructure> {
  const { read } = platform.db;
  const page = { after: '', limit: most };
  const at = await databaseTime(read);
  const [tools, resources, agents] = await Promise.all([
    firstTools(read, most),
    resourcePage(read, page),
    agentsAfter(read, page),
  ]);
  return {
    tools: await Promise.all(tools.map((tool) => toolState(platform, tool))),
    resources: resources.map((row) => resourceState(row, at)),
    agents: agents.map((agent) => ({
      agent_id: agent.id,
      state: stateAt(agent, at, read.config.AGENT_HEARTBEAT_INTERVAL),
      age_seconds: agent.last_seen_at === null ? null : secondsBetween(agent.last_seen_at, at),
    })),
    credentials: await credentials(platform, tools),
  };
}

const secondsBetween = (since: Date, at: Date): number => Math.max(0, (at.getTime() - since.getTime()) / 1000);

async function toolState(platform: Platform, tool: ToolStanding): Promise<Infrastructure['tools'][number]> {
  const probed = tool.probe_url === null ? undefined : await probe(platform, tool.probe_url);
  return {
    name: tool.name,
    tool_type: tool.tool_type,
    state: probed === undefined ? 'unprobed' : probed.up ? 'up' : 'down',
    reason: probed?.reason ?? 'It has no probe.',
    rate_limit: tool.rate_limit,
    calls_this_minute: tool.calls,
    age_seconds: secondsBetween(tool.changed_at, tool.at),
  };
}

function resourceState(row: ResourceRow, at: Date): Infrastructure['resources'][number] {
  const { version: _, changed_at, ...shown } = resourceAnswer(row);
  return {
    ...shown,
    state: row.allocated < row.capacity ? 'free' : 'full',
    age_seconds: secondsBetween(changed_at, at),
  };
}

/** Each secret that a tool names, once. */
async function credentials(platform: Platform, tools: readonly ToolStanding[]): Promise<Infrastructure['credentials']> {
  const named = Map.groupBy(
    tools.filter(({ secret_name }) => secret_name !== null),
    ({ secret_name }) => secret_name ?? '',
  );
  return Promise.all([...named].map(([name, users]) => credential(platform, name, users)));
}

async function credential(platform: Platform, name: string, users: readonly ToolStanding[]) {
  const said = users.map(({ secret_expires_at }) => secret_expires_at).reduce(earlier, null);
  const { state, expires_at } = credentialState(await lookUp(platform, name), said, users[0]?.at ?? new Date(0));
  const newest = Math.min(...users.map(({ changed_at, at }) => secondsBetween(changed_at, at)));
  return { name, state, used_by: users.map((tool) => tool.name), expires_at, age_seconds: newest };
}
