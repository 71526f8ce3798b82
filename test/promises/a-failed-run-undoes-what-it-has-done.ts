import type { JobDefinition } from '../../shared/jobs/definition.ts';
import type { Look, Promised } from './promised.ts';
import { deploymentsIn, stepsOf, undosOf, type Deployed, type TaskOf } from './told.ts';

/** Steps whose holder has given an output, and which say how they are undone. */
function doneIn(run: Deployed): TaskOf[] {
  const { plan = [] } = JSON.parse(run.definition) as JobDefinition;
  const has = new Set(plan.filter(({ compensation }) => compensation !== undefined).map(({ name }) => name));
  return stepsOf(run).filter(({ name, output }) => has.has(name) && output !== null);
}

const failed = (run: Deployed): boolean => run.outcome === 'failed' || run.outcome === 'rolled_back';

function wrongUndos(run: Deployed): string[] {
  const undos = undosOf(run);
  const due = failed(run) && run.alone_because === null ? doneIn(run) : [];
  const missing = due.filter(({ name }) => !undos.some(({ undoes }) => undoes === name));
  const foreign = undos.filter(({ undoes }) => !due.some(({ name }) => name === undoes));
  return [
    ...missing.map(({ name }) => `${run.id} is ${run.outcome} and ${name} was not to be undone`),
    ...foreign.map(({ undoes }) => `${run.id} is ${run.outcome} and ${undoes} was to be undone`),
    ...due.flatMap((step) => wrongOrder(run, step, due)),
    ...due
      .filter((step) => !isTold(run, step))
      .map(({ name }) => `${run.id} does not say what is to be undone of ${name}`),
  ];
}

const undoOf = (run: Deployed, step: TaskOf): TaskOf | undefined =>
  undosOf(run).find(({ undoes }) => undoes === step.name);

/** What ended later is undone before this one is begun. */
function wrongOrder(run: Deployed, step: TaskOf, due: readonly TaskOf[]): string[] {
  const began = undoOf(run, step)?.queued_at ?? null;
  if (began === null) return [];
  const newer = due.filter(({ ended_at }) => (ended_at ?? '') > (step.ended_at ?? ''));
  const open = newer.filter((other) => (undoOf(run, other)?.ended_at ?? '9') > began);
  return open.map(({ name }) => `${run.id} undoes ${step.name} before ${name}, which is newer`);
}

function isTold(run: Deployed, step: TaskOf): boolean {
  const undo = undoOf(run, step);
  if (undo === undefined) return true; // told above
  const { undoes, outputs } = JSON.parse(undo.input) as { undoes?: string; outputs?: Record<string, unknown> };
  return undoes === step.name && JSON.stringify(outputs?.[step.name]) === step.output;
}

/** Somebody is told of what could not be undone, and of nothing else. */
function wronglyTold(look: Look, runs: readonly Deployed[]): string[] {
  const left = runs.filter((run) => undosOf(run).some(({ output }) => output === null)).map(({ job_id }) => job_id);
  const items = "select subject from action_items where code = 'compensation_failed'";
  const told = look.rows<{ subject: string }>(items).map(({ subject }) => subject);
  return [
    ...left.filter((job) => !told.includes(job)).map((job) => `nobody is told what ${job} has left`),
    ...told.filter((job) => !left.includes(job)).map((job) => `${job} is said to have left something`),
  ];
}

export const aFailedRunUndoesWhatItHasDone: Promised = {
  sentence: 'A failed run undoes what it has done, newest first, and no other run undoes anything.',
  atEnd: (look) => {
    const runs = deploymentsIn(look);
    return [...runs.flatMap(wrongUndos), ...wronglyTold(look, runs)];
  },
};
