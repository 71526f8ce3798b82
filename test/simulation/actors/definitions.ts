/** What submitters ask for: each kind leads down another part of the road. */
import type { z } from 'zod';
import { JobDefinition } from '../../../shared/jobs/definition.ts';
import type { Chance } from '../chance.ts';

type Asked = Partial<z.input<typeof JobDefinition>>;

const kinds: Asked[] = [
  {},
  { supporting_agents: ['reader', 'checker'], max_budget_usd: 1, model: 'gold' },
  { supporting_agents: ['reader'], max_retries: 0, priority: 3 },
  { supporting_agents: ['heidi'], fallback: 'single_agent', max_budget_usd: 0.02, model: 'gold' },
  { priority: 1, max_budget_usd: 0.5, model: 'gold' },
  {
    primary_agent: 'reader',
    required_tools: [{ tool_name: 'linter', estimated_calls: 15 }],
    max_budget_usd: 4,
    model: 'gold',
  },
  { required_tools: [{ tool_name: 'late' }], max_retries: 1 },
  { required_resources: [{ resource_type: 'compute', amount: 2, unit: 'cores' }], max_retries: 1 },
  {
    required_resources: [{ resource_type: 'bench', amount: 1500, unit: 'millicores' }],
    supporting_agents: ['checker'],
  },
  { max_tokens: 3000, max_execution_time_seconds: 400, primary_agent: 'checker' },
  { model: 'silver', max_budget_usd: 3, primary_agent: 'reader' },
  { model: 'gold', payload: 'Write a report about the month, with a table of what was sold.' },
  { max_budget_usd: 8, model: 'gold', primary_agent: 'checker', category: 'data', max_execution_time_seconds: 900 },
  { input: { token: 'a secret', month: '2026-03' }, sensitive: ['input.token'] },
  { category: 'specialized', primary_agent: 'reader' },
];

export const definition = (more: Asked = {}): JobDefinition =>
  JobDefinition.parse({
    job_name: 'report',
    job_description: 'Write a report about the month',
    category: 'data',
    primary_agent: 'writer',
    max_execution_time_seconds: 1200,
    ...more,
  });

/** Named by who asks and how often it has, so that one job is told from another. */
export function anyDefinition(random: Chance, name: string): JobDefinition {
  return definition({ ...random.pick(kinds), job_description: `Write a report about the month, for ${name}` });
}
