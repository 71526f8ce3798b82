/** The plan of a deployment: its tasks and what each depends on. Pure: no clock, no tables. */
import { agentsOf, type JobDefinition } from '../jobs/definition.ts';
import { performerOf, type Performer, type PlanStep } from '../jobs/plan-steps.ts';
import type { Json } from '../platform/wire.ts';

/** A task as planned. Its name is unique within the plan. */
export interface PlannedTask extends Performer {
  name: string;
  depends_on: string[];
  /** Beside the input of the job. */
  input: Record<string, Json>;
  /** Of one attempt; undefined: as the settings say. */
  timeout_seconds?: number | undefined;
  /** Undefined: as the job says. */
  retries?: number | undefined;
}

/** What the plan needs to know of a task that exists. */
export interface TaskState {
  name: string;
  state: 'waiting' | 'queued' | 'delayed' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  depends_on: string[];
  progress: number | null;
  output: Record<string, Json> | null;
  /** Seconds it takes by history. */
  expected_seconds: number;
  /** Seconds since it started, 0 before. */
  elapsed_seconds: number;
}

/** The plan of a definition; where it has none, the supporting agents in parallel, then the primary one with their outputs. */
export function planOf(definition: JobDefinition): PlannedTask[] {
  if (definition.plan !== undefined) return definition.plan.map(plannedStep);
  const [primary = definition.primary_agent, ...supporting] = agentsOf(definition);
  return [...supporting.map((agent) => taskOf(agent)), taskOf(primary, supporting)];
}

const plannedStep = ({ name, depends_on, input, timeout_seconds, retries, ...step }: PlanStep): PlannedTask => ({
  ...performerOf(step),
  ...{ name, depends_on, input, timeout_seconds, retries },
});

/** The plan of a fallback: the primary agent alone. */
export const soloPlanOf = ({ primary_agent }: JobDefinition): PlannedTask[] => [taskOf(primary_agent)];

const taskOf = (agent: string, depends_on: string[] = []): PlannedTask => ({
  ...{ name: agent, agent_id: agent, capabilities: [] },
  ...{ depends_on, input: {} },
});

/** Tasks that wait for nothing any more. */
export function readyTasks(tasks: readonly TaskState[]): string[] {
  const done = new Set(tasks.filter(({ state }) => state === 'succeeded').map(({ name }) => name));
  return tasks
    .filter(({ state, depends_on }) => state === 'waiting' && depends_on.every((name) => done.has(name)))
    .map(({ name }) => name);
}

/** The outputs a task was waiting for, by the name of the task that gave them. */
export const outputsFor = (task: Pick<TaskState, 'depends_on'>, tasks: readonly TaskState[]): Record<string, Json> =>
  Object.fromEntries(
    tasks.filter(({ name }) => task.depends_on.includes(name)).map(({ name, output }) => [name, output ?? {}]),
  );

/** How a plan stands: open until all of its tasks have ended. */
export function planOutcome(tasks: readonly TaskState[]): 'open' | 'succeeded' | 'failed' {
  if (!tasks.every(isOver)) return 'open';
  return tasks.every(({ state }) => state === 'succeeded') ? 'succeeded' : 'failed';
}

/** Done work as a share of all work, each task weighed by the time it usually takes; 0 to 1. */
export function progressOf(tasks: readonly TaskState[]): number {
  const total = sum(tasks.map(({ expected_seconds }) => expected_seconds));
  if (total === 0) return 0;
  return sum(tasks.map((task) => task.expected_seconds * shareDone(task))) / total;
}

function shareDone({ state, progress }: TaskState): number {
  if (state === 'succeeded') return 1;
  return state === 'running' ? (progress ?? 0) : 0;
}

/** The longest remaining path, first task first, and the seconds it still takes. */
export function criticalPath(tasks: readonly TaskState[]): { names: string[]; seconds: number } {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const known = new Map<string, { names: string[]; seconds: number }>();
  const through = (task: TaskState): { names: string[]; seconds: number } => {
    const before = known.get(task.name);
    if (before !== undefined) return before;
    const paths = task.depends_on.flatMap((name) => byName.get(name) ?? []).map(through);
    const longest = longestOf(paths);
    const path = isOver(task)
      ? longest
      : { names: [...longest.names, task.name], seconds: longest.seconds + remainingSeconds(task) };
    known.set(task.name, path);
    return path;
  };
  return longestOf(tasks.map(through));
}

const none = { names: [] as string[], seconds: 0 };

/** Of equally long ones that with more tasks: one that is over its usual time still holds up the others. */
const longestOf = (paths: { names: string[]; seconds: number }[]) =>
  paths.reduce((longest, path) => (isLonger(path, longest) ? path : longest), none);

const isLonger = (a: { names: string[]; seconds: number }, b: typeof a): boolean =>
  a.seconds > b.seconds || (a.seconds === b.seconds && a.names.length > b.names.length);

const isOver = ({ state }: TaskState): boolean => ['succeeded', 'failed', 'cancelled'].includes(state);

/** A task that takes longer than usual is expected to end now, rather than in the past. */
const remainingSeconds = (task: TaskState): number => {
  const total =
    task.progress !== null && task.progress > 0 ? task.elapsed_seconds / task.progress : task.expected_seconds;
  return Math.max(0, total - task.elapsed_seconds);
};

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
