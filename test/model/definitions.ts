/** What both sides are given: who takes part, how long things last, and the jobs that are submitted. */
import { definition as musterDefinition } from '../road/town.ts';

export const heads = ['hanna', 'hugo', 'heidi'];
export const workers = ['writer', 'reader'];

/** Seconds: a heartbeat interval, a lease, an attempt, a question, all that a deployment may be blocked. */
export const spans = { beat: 30, lease: 90, attempt: 300, question: 3600, blocked: 3600 };

export interface Definition {
  name: string;
  /** The primary one first; the others work before it. */
  agents: string[];
  /** What must be there before anybody is asked, in the order in which it is looked for. */
  needs: string[];
  /** 1 is the most urgent. */
  priority: number;
  /** Micro-dollars that it may cost. */
  ceiling: number;
  retries: number;
  /** Seconds of a job, and of an attempt at a task. */
  timeLimit: number;
  attempt: number;
}

const usual = { name: 'usual', agents: ['writer'], priority: 5, ceiling: 1000, retries: 1, timeLimit: 3600 };

function define(given: Partial<Definition>, ...things: string[]): Definition {
  const asked = { ...usual, ...given };
  const needs = [...things, ...asked.agents.map((id) => `agent:${id}`), 'category:data'];
  return { ...asked, needs, attempt: Math.min(spans.attempt, asked.timeLimit) };
}

/** One of each kind that the road treats differently. Three of the usual price are more than a month has. */
export const definitions: Definition[] = [
  define({}),
  define({ name: 'shared', agents: ['writer', 'reader'], retries: 2 }),
  define({ name: 'searching', ceiling: 800 }, 'tool:search'),
  define({ name: 'urgent', priority: 1, retries: 0 }),
  define({ name: 'brief', agents: ['reader', 'writer'], timeLimit: 120, ceiling: 1200 }),
  define({ name: 'free', ceiling: 0, retries: 0 }),
  define({ name: 'unpriced' }, 'price:unheard'),
];

const inMuster = ({ name, agents, needs, priority, ceiling, retries, timeLimit }: Definition) =>
  musterDefinition({
    job_name: name,
    primary_agent: agents[0] ?? '',
    supporting_agents: agents.slice(1),
    required_tools: needs.includes('tool:search') ? [{ tool_name: 'search' }] : [],
    max_budget_usd: ceiling / 1_000_000,
    max_retries: retries,
    max_execution_time_seconds: timeLimit,
    priority,
    ...(needs.includes('price:unheard') ? { model: 'unheard' } : {}),
  });

const said = new Map(definitions.map((definition) => [definition, inMuster(definition)]));

/** As a submitter says it. */
export const saidOf = (definition: Definition) => said.get(definition) ?? inMuster(definition);
