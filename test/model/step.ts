/** One step of a run: the model and Muster do the same, answer the same, and look the same afterwards. */
import * as fc from 'fast-check';
import { Refusal } from '../../shared/outcomes.ts';
import { Refused, type Road } from './data.ts';
import { pass, type Muster } from './muster.ts';
import { seenInModel, seenInMuster } from './view.ts';

/** What is done, once it is known to whom. Both sides give what they are answered. */
export interface Act {
  words: string;
  model: (road: Road) => unknown;
  muster: (muster: Muster) => Promise<unknown>;
}

/** Looks at the road and says what is to be done; undefined: there is nothing to do it to. */
export type Choice = (road: Readonly<Road>) => Act | undefined;

/** A millisecond lies between any two things, so that ids are in the order of their times. */
export const moment = 1;

/** What a step is called that found nothing to do. */
export const notDone = 'not done';

export class Step implements fc.AsyncCommand<Road, Muster> {
  readonly #choose: Choice;
  #words = notDone;

  constructor(choose: Choice) {
    this.#choose = choose;
  }

  /** Each counterexample keeps its own words. */
  [fc.cloneMethod] = (): Step => new Step(this.#choose);
  toString = (): string => this.#words;
  check = (road: Readonly<Road>): boolean => this.#choose(road) !== undefined;

  async run(road: Road, muster: Muster): Promise<void> {
    const act = this.#choose(road);
    if (act === undefined) return;
    this.#words = act.words;
    road.now += moment;
    pass(muster, moment);
    const expected = inModel(() => act.model(road));
    const answer = await inMuster(() => act.muster(muster));
    hold([`answers ${answer}`], [`answers ${expected}`]);
    hold(await seenInMuster(muster, road), seenInModel(road));
    note(muster, road, expected);
  }
}

function note(muster: Muster, { jobs, tasks, questions }: Road, answer: string): void {
  muster.steps += 1;
  if (answer.startsWith('refused')) muster.reached.add(answer);
  for (const { state, reason, stop } of jobs)
    muster.reached.add(['job', state, state === 'blocked' ? reason : stop].filter(Boolean).join(' '));
  for (const { state } of tasks) muster.reached.add(`task ${state}`);
  for (const { state } of questions) muster.reached.add(`question ${state}`);
}

/** Choices by any of these values. */
export const choice = <T>(values: fc.Arbitrary<T>, choose: (value: T) => Choice): fc.Arbitrary<Choice> =>
  values.map(choose);

/** The first of them that finds something to do. */
export const either = (...choices: fc.Arbitrary<Choice>[]): fc.Arbitrary<Choice> =>
  fc.tuple(...choices).map((all) => (road) => all.map((choose) => choose(road)).find((act) => act !== undefined));

/** Throws in words of both where they differ. */
function hold(muster: string[], model: string[]): void {
  if (muster.length === model.length && muster.every((line, at) => line === model[at])) return;
  const only = (some: string[], others: string[]) => some.filter((line) => !others.includes(line)).join('; ');
  const [here, there] = [only(muster, model), only(model, muster)];
  throw new Error(`Muster: ${here || 'another order'} | the model: ${there || 'another order'}`);
}

function inModel(act: () => unknown): string {
  try {
    return JSON.stringify(act() ?? null);
  } catch (error) {
    if (error instanceof Refused) return `refused: ${error.message}`;
    throw error;
  }
}

async function inMuster(act: () => Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify((await act()) ?? null);
  } catch (error) {
    if (error instanceof Refusal) return `refused: ${error.code}`;
    throw error;
  }
}
