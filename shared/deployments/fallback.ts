/** Whether a plan with `fallback: "single_agent"` runs with its primary agent alone, and why. Pure. */
import { agentsOf, type JobDefinition } from '../jobs/definition.ts';

/** How long an agent's tasks have taken lately. */
export interface Pace {
  median_seconds: number;
  /** What 19 of 20 of them have not passed. */
  p95_seconds: number;
  /** How many they were. */
  runs: number;
}

/** What is known when the plan starts. */
export interface Fleet {
  /** Agents that could take a task now. */
  present: ReadonlySet<string>;
  /** By agent; undefined for those without a history. */
  paces: ReadonlyMap<string, Pace | undefined>;
  /** The time limit of one task. */
  task_limit_seconds: number;
}

/** Fewer say nothing about the slowest of twenty. */
const fewestRuns = 5;

/**
 * The reason in words, where a supporting agent is absent, or takes longer (p95) than it may: than its task's time
 * limit, and than the job's time limit leaves when the rest of the critical path, which is the primary agent's task,
 * takes its median. What is not known speaks against nobody. Undefined: the plan is run whole.
 */
export function aloneBecause(definition: JobDefinition, fleet: Fleet): string | undefined {
  if (definition.fallback !== 'single_agent') return undefined;
  const [primary = definition.primary_agent, ...supporting] = agentsOf(definition);
  const absent = supporting.find((id) => !fleet.present.has(id));
  if (absent !== undefined) return `${absent} cannot take a task now`;
  const rest = fleet.paces.get(primary)?.median_seconds ?? 0;
  const limit = Math.max(0, Math.min(fleet.task_limit_seconds, definition.max_execution_time_seconds - rest));
  const slow = supporting.find((id) => isSlow(fleet.paces.get(id), limit));
  const seconds = Math.ceil(fleet.paces.get(slow ?? '')?.p95_seconds ?? 0);
  return slow === undefined
    ? undefined
    : `${slow} may take ${seconds} s (p95 of its last tasks), and has ${Math.floor(limit)} s`;
}

const isSlow = (pace: Pace | undefined, limit: number): boolean =>
  pace !== undefined && pace.runs >= fewestRuns && pace.p95_seconds > limit;
