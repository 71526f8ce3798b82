/** What is allowed but looks like a mistake. Pure. */
import type { JobDefinition } from './definition.ts';

type Suspicion = [suspects: (definition: JobDefinition) => boolean, words: (definition: JobDefinition) => string];

const suspicions: Suspicion[] = [
  [
    (job) => job.required_tools.length === 0,
    () => 'No tools are named; an agent that calls some will not find them checked.',
  ],
  [(job) => wordsIn(job.job_description) < 3, () => 'The description is so short that a voter cannot judge it.'],
  [
    (job) => job.max_budget_usd === undefined && job.max_tokens === undefined,
    () => 'Neither max_budget_usd nor max_tokens is set; the ceiling is the estimate’s upper bound.',
  ],
  [(job) => job.max_budget_usd === 0, () => 'max_budget_usd is 0; only a job that costs nothing can run.'],
  [
    (job) => (job.max_budget_usd ?? 0) > 1000,
    (job) => `max_budget_usd is ${job.max_budget_usd}, more than 1,000 dollars for one job.`,
  ],
  [(job) => callsIn(job) > 10_000, (job) => `${callsIn(job)} calls are estimated, more than 10,000 for one job.`],
  [(job) => job.max_execution_time_seconds > 86_400, () => 'The time limit is longer than a day.'],
  [(job) => job.max_retries > 10, (job) => `${job.max_retries} retries of a task; each is paid for.`],
  [
    (job) => job.supporting_agents.includes(job.primary_agent),
    () => 'The primary agent is also a supporting agent; it runs once.',
  ],
  [
    (job) => new Set(job.supporting_agents).size < job.supporting_agents.length,
    () => 'A supporting agent is named twice; it runs once.',
  ],
  [
    (job) => twice(job.required_tools.map(({ tool_name }) => tool_name)),
    () => 'A tool is named twice; its calls are added up.',
  ],
];

export const warningsAbout = (definition: JobDefinition): string[] =>
  suspicions.flatMap(([suspects, words]) => (suspects(definition) ? [words(definition)] : []));

const wordsIn = (text: string): number => text.trim().split(/\s+/).filter(Boolean).length;
const callsIn = ({ required_tools }: JobDefinition): number =>
  required_tools.reduce((sum, tool) => sum + tool.estimated_calls, 0);
const twice = (names: string[]): boolean => new Set(names).size < names.length;
