/** Who and what is there when a life begins: people, heads, workers, tools, a resource, a price and a budget. */
import type { Caller, Role } from '../../shared/access/caller.ts';
import { writePrincipal } from '../../shared/access/change-principal.ts';
import type { RegisterAgent } from '../../shared/agents/agent.ts';
import { putBudget } from '../../shared/budgets/set.ts';
import { PricesInput } from '../../shared/estimates/price.ts';
import { putPrices } from '../../shared/estimates/put-prices.ts';
import { JobDefinition } from '../../shared/jobs/definition.ts';
import { putTemplate } from '../../shared/jobs/templates.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import { registerResource } from '../../shared/resources/register-resource.ts';
import { RegisterResource } from '../../shared/resources/resource.ts';
import { heartbeat } from '../../shared/tasks/heartbeat.ts';
import { registerAgent } from '../../shared/tasks/register-agent.ts';
import { registerTool } from '../../shared/tools/register-tool.ts';
import { RegisterTool } from '../../shared/tools/tool.ts';
import type { Ledger } from './ledger.ts';

/** Short deadlines, so that what waits in vain ends within a life, and longer intervals than usual, so that few heartbeats fill it. */
export const settings: Record<string, string> = {
  AGENT_HEARTBEAT_INTERVAL: '50s',
  APPROVAL_DEADLINE: '10m',
  APPROVAL_VALIDITY: '3m',
  BLOCKED_FOR: '10m',
};

const people: Record<string, Role[]> = {
  ada: ['admin', 'operator'],
  sam: ['submitter'],
  sue: ['submitter'],
  paula: ['approver'],
  ops: [],
  ...Object.fromEntries(['hanna', 'hugo', 'heidi', 'hella'].map((head) => [`owner_of_${head}`, []])),
};

const head = (owner_id: string) => ({
  ...{ role: 'category_head' as const, owner_id },
  categories: ['data', 'specialized'],
});
const worker = (most: number) => ({ role: 'worker' as const, owner_id: 'ops', max_concurrent_tasks: most });

type Registered = RegisterAgent & { role: 'category_head' | 'worker'; owner_id: string };

/** `horst` has the owner of `hugo`, `hank` that of `sam`'s jobs, and `heidi` works too; nobody hears from `lost`. */
const agents: Record<string, Registered> = {
  hanna: { ...head('owner_of_hanna'), capabilities: ['letters'] },
  hugo: { ...head('owner_of_hugo'), capabilities: ['letters'] },
  heidi: head('owner_of_heidi'),
  horst: head('owner_of_hugo'),
  hank: head('sam'),
  writer: worker(2),
  reader: worker(1),
  checker: { ...worker(1), model: 'gold' },
  lost: worker(1),
};

export const admin: Caller = { id: 'ada', kind: 'person', roles: ['admin', 'operator'], owner_id: null };
export const person = (id: string): Caller => ({ id, kind: 'person', roles: people[id] ?? [], owner_id: null });
export const isPerson = (id: string): boolean => Object.hasOwn(people, id);
export const asAgent = (id: string): Caller => {
  const { role = 'worker', owner_id = null } = agents[id] ?? {};
  return { id, kind: 'agent', roles: [role], owner_id };
};

/** What an admin says of an agent, to register it and to restore it. */
export const registration = (agent_id: string): Registered & { agent_id: string } => ({
  agent_id,
  ...(agents[agent_id] ?? worker(1)),
});

/** Dollars for a million tokens. */
export const gold = { model: 'gold', input: 100, cached: 10, output: 200 };

export const priced = ({ model, input, cached, output }: typeof gold) =>
  PricesInput.parse({
    overrides: [
      {
        model,
        input_usd_per_million: input,
        cached_input_usd_per_million: cached,
        output_usd_per_million: output,
      },
    ],
  });

/** Of the month. */
const firstLimitUsd = 3;

export const linter = RegisterTool.parse({ name: 'linter', rate_limit: 20 });
export const bench = RegisterResource.parse({ name: 'bench', resource_type: 'compute', unit: 'cores', capacity: 3 });

export const monthly = {
  name: 'monthly',
  definition: JobDefinition.parse({
    ...{
      job_name: 'report',
      job_description: 'Write the report of the month',
      category: 'data',
      primary_agent: 'writer',
    },
    ...{ max_execution_time_seconds: 600, priority: 4 },
  }),
};

/** By the real verbs, before anything can go wrong. */
export async function settleTown(platform: Platform): Promise<void> {
  for (const [id, roles] of Object.entries(people))
    await platform.db.transaction('person', (tx) =>
      writePrincipal(tx, { id, kind: 'person', name: id, roles, owner_id: null, actor: admin.id }),
    );
  for (const id of Object.keys(agents)) {
    await registerAgent(platform, admin, registration(id));
    await heartbeat(platform, asAgent(id), { agent_id: id, fences: [] });
  }
  await registerTool(platform, admin, linter);
  await registerResource(platform, admin, bench);
  await putPrices(platform, admin, priced(gold));
  await putTemplate(platform, admin, monthly);
  await putBudget(platform, admin, { scope: 'month', limit_usd: firstLimitUsd });
}

/** What its people know of each other, of prices and of the budget from the beginning. */
export function noteTown(ledger: Ledger): void {
  for (const [id, roles] of Object.entries(people)) ledger.note('person', { id, roles }).heard = 'done';
  for (const [id, said] of Object.entries(agents)) {
    const { role, owner_id, categories = [], max_concurrent_tasks = 1, model = null } = said;
    ledger.note('agent', { id, owner_id, role, categories, max_concurrent_tasks, model }).heard = 'done';
  }
  ledger.note('price', gold).heard = 'done';
  ledger.note('budget', { limit_usd: firstLimitUsd }).heard = 'done';
}
