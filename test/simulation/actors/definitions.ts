/** What submitters ask for: each kind leads down another part of the road. */
import type { JobDefinition } from '../../../shared/jobs/definition.ts';
import { definition as ofAnyTown, type Asked } from '../../road/town.ts';
import type { Chance } from '../chance.ts';

/** `helper` stands for the worker that is there beside the writer. */
const kinds: Asked[] = [
  {},
  {},
  { supporting_agents: ['helper'], max_budget_usd: 1, model: 'gold' },
  { supporting_agents: ['helper'], max_retries: 0, priority: 3 },
  { supporting_agents: ['helper', 'heidi'], fallback: 'single_agent', max_budget_usd: 0.5, model: 'gold' },
  { supporting_agents: ['lost'], fallback: 'single_agent' },
  { priority: 1, max_budget_usd: 0.5, model: 'gold' },
  { required_tools: [{ tool_name: 'linter', estimated_calls: 15 }], max_budget_usd: 4, model: 'gold' },
  { required_tools: [{ tool_name: 'late' }], max_retries: 1, primary_agent: 'helper' },
  { required_resources: [{ resource_type: 'compute', amount: 2, unit: 'cores' }], max_retries: 1 },
  { required_resources: [{ resource_type: 'bench', amount: 1500, unit: 'millicores' }], supporting_agents: ['helper'] },
  { max_tokens: 2500, primary_agent: 'helper' },
  { max_execution_time_seconds: 90, max_retries: 10 },
  { model: 'silver', max_budget_usd: 3 },
  { model: 'gold', payload: 'Write a report about the month, with a table of what was sold.' },
  { model: 'gold', max_budget_usd: 8, primary_agent: 'helper' },
  { input: { token: 'a secret', month: '2026-03' }, sensitive: ['input.token'] },
  { input: { token: { of: 'a secret' }, rest: { list: [1, { deep: null }] } }, sensitive: ['input.token'] },
  { category: 'specialized' },
];

export const definition = (more: Asked = {}): JobDefinition => ofAnyTown({ max_execution_time_seconds: 600, ...more });

/** Named by who asks and how often it has, so that one job is told from another. */
export function anyDefinition(random: Chance, { helper, name }: { helper: string; name: string }): JobDefinition {
  const { primary_agent = 'writer', supporting_agents = [], ...kind } = random.pick(kinds);
  const named = (agent: string) => (agent === 'helper' ? helper : agent);
  return definition({
    ...kind,
    job_description: `Write a report about the month, for ${name}`,
    primary_agent: named(primary_agent),
    supporting_agents: supporting_agents.map(named),
    ...(random.chance(0.03) && { max_budget_usd: 0.000001, model: 'gold' }),
  });
}
