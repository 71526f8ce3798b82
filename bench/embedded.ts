/** A whole Muster in this process on a file, with the people and agents that a measured job needs. */
import { stages } from '../functions/stages.ts';
import type { Caller } from '../shared/access/caller.ts';
import { ensureAdmin } from '../shared/access/first-admin.ts';
import { putPrincipal } from '../shared/access/principals.ts';
import { JobDefinition } from '../shared/jobs/definition.ts';
import { withTrace } from '../shared/platform/context.ts';
import { readConfig } from '../shared/platform/config.ts';
import { openPlatform, type OpenPlatform } from '../shared/platform/open.ts';
import { heartbeat } from '../shared/tasks/heartbeat.ts';
import { registerAgent } from '../shared/tasks/register-agent.ts';

export interface Embedded {
  platform: OpenPlatform;
  submitter: Caller;
  heads: Caller[];
  worker: Caller;
  /** Transactions so far, by name. */
  counts: Map<string, number>;
}

const admin: Caller = { id: 'admin', kind: 'person', roles: ['admin'], owner_id: null };
const agentCaller = (id: string, owner_id: string, role: 'worker' | 'category_head'): Caller => ({
  id,
  kind: 'agent',
  roles: [role],
  owner_id,
});

export async function openEmbedded(folder: string): Promise<Embedded> {
  const platform = await openPlatform(
    readConfig({
      MUSTER_DATA: folder,
      LOG_LEVEL: 'warn',
      AGENT_HEARTBEAT_INTERVAL: '1h',
      MONTHLY_BUDGET_USD: '100000',
    }),
  );
  const counts = counted(platform);
  platform.bells.answer(({ bell, id, trace }) => withTrace(trace, () => stages[bell].run(platform, id)));
  await ensureAdmin(platform);
  for (const id of ['ann', 'ben', 'cy', 'dot']) {
    await putPrincipal(platform, admin, { id, kind: 'person', roles: id === 'ann' ? ['submitter'] : [] });
  }
  const register = (id: string, facts: object) =>
    registerAgent(platform, admin, { agent_id: id, max_concurrent_tasks: 10_000, ...facts });
  await register('worker', { role: 'worker', owner_id: 'dot' });
  await register('head-ben', { role: 'category_head', categories: ['bench'], owner_id: 'ben' });
  await register('head-cy', { role: 'category_head', categories: ['bench'], owner_id: 'cy' });
  const heads = [agentCaller('head-ben', 'ben', 'category_head'), agentCaller('head-cy', 'cy', 'category_head')];
  const worker = agentCaller('worker', 'dot', 'worker');
  for (const agent of [worker, ...heads]) await heartbeat(platform, agent, { agent_id: agent.id, fences: [] });
  const submitter: Caller = { id: 'ann', kind: 'person', roles: ['submitter'], owner_id: null };
  return { platform, submitter, heads, worker, counts };
}

function counted(platform: OpenPlatform): Map<string, number> {
  const counts = new Map<string, number>();
  const { transaction, batch } = platform.db;
  const count = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
  platform.db.transaction = (name, work) => (count(name), transaction(name, work));
  platform.db.batch = (name, start) => (count(name), batch(name, start));
  return counts;
}

export const definition = JobDefinition.parse({
  job_name: 'measured',
  job_description: 'A job that is measured on its way',
  category: 'bench',
  primary_agent: 'worker',
});
