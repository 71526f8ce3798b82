/** What undoes a run that has failed: the compensations of its done steps, newest first, one after the other. Pure. */
import { undoerOf, type PlanStep } from '../jobs/plan-steps.ts';
import type { Json } from '../platform/wire.ts';
import type { PlannedTask, TaskState } from './plan.ts';

/** What is known of a task of the run. */
export interface RunTask extends Pick<TaskState, 'name' | 'output'> {
  ended_at: Date | null;
}

/** A task that undoes a step. */
export type PlannedUndo = PlannedTask & { undoes: string };

/** No step is called so. */
const undoName = (step: string): string => `undo:${step}`;

/** Its holder has given its output, also where nobody waited for it any more: what it did is in the world. */
const isDone = ({ output }: Pick<RunTask, 'output'>): boolean => output !== null;

/** The compensations of what is done, each to begin when the one before has ended; it is told what it undoes, and the output of that. */
export function undosOf(plan: readonly PlanStep[] = [], tasks: readonly RunTask[]): PlannedUndo[] {
  const byName = new Map(plan.map((step) => [step.name, step]));
  const newestFirst = tasks
    .filter(isDone)
    .toSorted((a, b) => endOf(b) - endOf(a) || depthOf(b, byName) - depthOf(a, byName));
  const undone = newestFirst.flatMap(({ name, output }) => undoOf(byName.get(name), output));
  return undone.map((undo, at) => ({
    ...undo,
    depends_on: undone.slice(Math.max(0, at - 1), at).map(({ name }) => name),
  }));
}

const endOf = ({ ended_at }: RunTask): number => ended_at?.getTime() ?? 0;

/** How many steps come before it: of two that ended at one time that which waited for the other is the newer one. */
function depthOf({ name }: Pick<RunTask, 'name'>, plan: ReadonlyMap<string, PlanStep>): number {
  const known = new Map<string, number>();
  const depth = (step: string): number => {
    const before = plan.get(step)?.depends_on ?? [];
    const found = known.get(step) ?? Math.max(0, ...before.map((other) => 1 + depth(other)));
    known.set(step, found);
    return found;
  };
  return depth(name);
}

function undoOf(step: PlanStep | undefined, output: Record<string, Json> | null): Omit<PlannedUndo, 'depends_on'>[] {
  if (step?.compensation === undefined) return [];
  const { input, timeout_seconds, retries } = step.compensation;
  const told = { undoes: step.name, outputs: { [step.name]: output } };
  return [
    {
      ...undoerOf(step),
      name: undoName(step.name),
      undoes: step.name,
      input: { ...input, ...told },
      timeout_seconds,
      retries,
    },
  ];
}

const ends: readonly TaskState['state'][] = ['succeeded', 'failed', 'cancelled'];

/** Those that wait for nothing any more. One that could not be done does not hold up the others. */
export function readyUndos(undos: readonly TaskState[]): string[] {
  const over = new Set(undos.filter(({ state }) => ends.includes(state)).map(({ name }) => name));
  return undos
    .filter(({ state, depends_on }) => state === 'waiting' && depends_on.every((name) => over.has(name)))
    .map(({ name }) => name);
}

/** How the undoing stands: open until all have ended; rolled back where each of them is done. */
export function undoOutcome(undos: readonly TaskState[]): 'open' | 'rolled_back' | 'failed' {
  if (!undos.every(({ state }) => ends.includes(state))) return 'open';
  return undos.every(isDone) ? 'rolled_back' : 'failed';
}
