/** Runs of many steps, each from an empty Muster. */
import * as fc from 'fast-check';
import { newRoad, type Road } from './data.ts';
import { agentsDo } from './steps-of-agents.ts';
import { empty, monthly, start, type Muster } from './muster.ts';
import { peopleDo } from './steps-of-people.ts';
import { happens } from './steps-of-time.ts';
import { either, notDone, Step } from './step.ts';

const mostSteps = 100;

const { submit, vote, agree, cancel, change, retry, budget, tool } = peopleDo;
const { claim, beat, complete, fail, giveUp, release, progress } = agentsDo;
const { hearOne, hearAll, time, sweeping } = happens;

/** What brings jobs forward, so that runs come far. */
const onward = either(hearAll, agree, claim, submit);
const report = fc.oneof(complete, complete, complete, fail, fail, giveUp, release, progress, progress);

/** Each as often as it is listed. */
const choices = [
  ...[
    submit,
    vote,
    vote,
    cancel,
    change,
    retry,
    budget,
    tool,
    hearOne,
    hearOne,
    hearAll,
    time,
    time,
    sweeping,
    sweeping,
  ],
  ...[agree, agree, claim, claim, claim, claim, beat, beat, report, report, report, report, report, report, report],
  ...[onward, onward, onward, onward, onward, onward, onward, onward, onward, onward, onward, onward],
];
const steps = choices.map((choice) => choice.map((choose) => new Step(choose)));

/** Any steps, up to a hundred. */
const taken = fc.commands<Road, Muster, false>(steps, { maxCommands: mostSteps, size: 'max' });

export const runs = (muster: Muster) =>
  fc.asyncProperty(taken, async (steps) => {
    await empty(muster);
    await fc.asyncModelRun(() => ({ model: newRoad(start.getTime(), monthly), real: muster }), steps);
  });

interface Failure {
  counterexample: [Iterable<unknown>] | null;
  errorInstance: unknown;
}

/** What was done in the shortest run that failed, a line each, and how the two differ. */
export function storyOf({ counterexample, errorInstance }: Failure): string {
  const told = [...(counterexample?.[0] ?? [])].map(String).filter((words) => words !== notDone);
  const difference = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return [...told.map((words, at) => `${at + 1}. ${words}`), difference].join('\n');
}
