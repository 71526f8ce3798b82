/** What is allowed but looks like a mistake. Pure. */
import { agentsOf, type JobDefinition } from './definition.ts';
import { performerOf, undoerOf } from './plan-steps.ts';

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
  [
    (job) => idleIn(job).length > 0,
    (job) => `The plan has nothing to do for ${idleIn(job).join(', ')}, whom the job names; nobody of them may vote.`,
  ],
  [
    (job) => longIn(job).length > 0,
    (job) => `The time limit of the job is shorter than that of ${longIn(job).join(', ')}, and counts for all.`,
  ],
  [
    (job) => retriesIn(job) > 10,
    (job) => `A step of the plan may be tried ${retriesIn(job) + 1} times; each attempt is paid for.`,
  ],
  [
    (job) => job.plan !== undefined && job.fallback !== undefined,
    () =>
      'Where the primary agent works alone, nothing of the plan is done: it gets one task, with the input of the job.',
  ],
];

export const warningsAbout = (definition: JobDefinition): string[] =>
  suspicions.flatMap(([suspects, words]) => (suspects(definition) ? [words(definition)] : []));

const wordsIn = (text: string): number => text.trim().split(/\s+/).filter(Boolean).length;
const callsIn = ({ required_tools }: JobDefinition): number =>
  required_tools.reduce((sum, tool) => sum + tool.estimated_calls, 0);
const idleIn = (job: JobDefinition): string[] => {
  if (job.plan === undefined) return [];
  const busy = new Set(job.plan.flatMap((step) => [performerOf(step).agent_id, undoerOf(step).agent_id]));
  return agentsOf(job).filter((agent) => !busy.has(agent));
};
const longIn = ({ plan = [], max_execution_time_seconds: most }: JobDefinition): string[] =>
  plan.filter(({ timeout_seconds = 0 }) => timeout_seconds > most).map((step) => step.name);
const retriesIn = ({ plan = [] }: JobDefinition): number => Math.max(0, ...plan.map(({ retries = 0 }) => retries));
const twice = (names: string[]): boolean => new Set(names).size < names.length;
