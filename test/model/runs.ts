/** Runs of many steps, each from an empty Muster. */
import * as fc from 'fast-check';
import { agentsDo } from './agents.ts';
import { newRoad, type Road } from './model.ts';
import { empty, monthly, start, type Muster } from './muster.ts';
import { peopleDo } from './people.ts';
import { either, notDone, Step } from './step.ts';

const { submit, submitAgain, vote, agree, cancel, change, retry, budget, tool } = peopleDo;
const { claim, beat, headsCall, report, time } = agentsDo;

/** What brings jobs forward, so that runs come far. */
const onward = either(agree, claim, submit);

/** Each as often as it is listed. */
const choices = [
  ...[submit, submitAgain, vote, vote, cancel, change, retry, budget, tool, headsCall, time, time, time],
  ...[agree, agree, claim, claim, claim, beat, beat, beat, report, report, report, report, report, report],
  ...[onward, onward, onward, onward, onward, onward],
];
const steps = choices.map((choice) => choice.map((choose) => new Step(choose)));

/** Any steps, up to a hundred; every other run has up to thirty. */
const taken = fc.oneof(
  ...[30, 100].map((most) => fc.commands<Road, Muster, false>(steps, { maxCommands: most, size: 'max' })),
);

export const runs = (muster: Muster) =>
  fc.asyncProperty(taken, async (steps) => {
    await empty(muster);
    await fc.asyncModelRun(() => ({ model: newRoad(start.getTime() / 1000, monthly), real: muster }), steps);
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
