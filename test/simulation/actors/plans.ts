/** Plans of jobs: those that can be run, and those that nobody could. */
import type { JobDefinition } from '../../../shared/jobs/definition.ts';
import type { Json } from '../../../shared/platform/wire.ts';
import type { Chance } from '../chance.ts';
import { definition } from './definitions.ts';

const step = <More extends object>(name: string, more?: More) => ({ name, agent: 'writer', ...more });

/** Each is wrong in a way of its own. */
export const unfitPlans: Json[][] = [
  [step('look'), step('look')],
  [{ name: 'look' }],
  [step('look', { capability: 'sums' })],
  [step('look', { agent: 'stranger' })],
  [step('look', { compensation: { agent: 'writer', capability: 'sums' } })],
  [step('look', { compensation: { agent: 'stranger' } })],
  [step('look', { depends_on: ['leap'] })],
  [step('look'), step('leap', { depends_on: ['look', 'look'] })],
  [step('look', { depends_on: ['leap'] }), step('leap', { depends_on: ['look'] }), step('land')],
];

/** Two bookings and what comes of them, each with how it is undone. */
export function journey(random: Chance, helper: string): JobDefinition {
  const depends_on = random.pick([['flight'], []]);
  return definition({
    ...{ supporting_agents: [helper], max_retries: random.pick([0, 0, 1]) },
    plan: [
      step('flight', { compensation: { retries: 3 } }),
      { name: 'hotel', agent: helper, retries: 1, depends_on, compensation: { agent: 'writer' } },
      step('pay', { depends_on: ['hotel', 'flight'], input: { currency: 'EUR' }, timeout_seconds: 120 }),
    ],
  });
}

/** Of a supervisor, who adds to it: some of it is for whoever has a capability. */
export const project = (random: Chance, helper: string): JobDefinition =>
  definition({
    ...{ job_name: 'project', supporting_agents: ['boss', helper], model: 'gold', max_budget_usd: 1 },
    ...{ max_retries: random.pick([0, 2]), max_execution_time_seconds: 300 },
    plan: [
      step('draft', { compensation: { capability: 'proofs' } }),
      {
        name: 'count',
        capability: random.pick(['sums', ['sums', 'proofs']]),
        depends_on: random.pick([['draft'], []]),
        compensation: {},
      },
      step('print', { depends_on: ['count'] }),
    ],
  });
