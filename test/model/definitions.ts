/** Jobs that runs submit: one of each kind that the road treats differently. */
import { definition as musterDefinition } from '../road/town.ts';
import type { Definition } from './data.ts';

const minutes = 60_000;
const usual: Definition = { name: 'usual', agents: ['writer'], ceiling: 1000, retries: 1, timeLimit: 60 * minutes };

/** Three of the usual price are more than a month has. */
export const definitions: Definition[] = [
  usual,
  { ...usual, name: 'shared', agents: ['writer', 'reader'], retries: 2 },
  { ...usual, name: 'searching', needsTool: true, ceiling: 800 },
  { ...usual, name: 'urgent', isUrgent: true, agents: ['reader'], retries: 0 },
  { ...usual, name: 'brief', agents: ['reader', 'writer'], timeLimit: 2 * minutes, ceiling: 1200 },
  { ...usual, name: 'free', ceiling: 0, retries: 0 },
  { ...usual, name: 'unpriced', isUnpriced: true },
];

const inMuster = ({ name, agents, needsTool, isUnpriced, isUrgent, ceiling, retries, timeLimit }: Definition) =>
  musterDefinition({
    job_name: name,
    primary_agent: agents[0] ?? '',
    supporting_agents: agents.slice(1),
    required_tools: needsTool ? [{ tool_name: 'search' }] : [],
    max_budget_usd: ceiling / 1_000_000,
    max_retries: retries,
    max_execution_time_seconds: timeLimit / 1000,
    priority: isUrgent ? 1 : 5,
    ...(isUnpriced ? { model: 'unheard' } : {}),
  });

const said = new Map(definitions.map((definition) => [definition, inMuster(definition)]));

/** As a submitter says it. */
export const saidOf = (definition: Definition) => said.get(definition) ?? inMuster(definition);
