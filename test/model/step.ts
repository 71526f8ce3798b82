/** One step of a run: the model and Muster do the same, answer the same, and look the same afterwards. */
import * as fc from 'fast-check';
import { Refusal } from '../../shared/outcomes.ts';
import { rest, type Road } from './model.ts';
import { settle, tick, type Muster } from './muster.ts';
import { looksOf, seenInModel, seenInMuster } from './view.ts';

/** What is done, once it is known to whom. Both sides give what they are answered. */
export interface Act {
  words: string;
  model: (road: Road) => unknown;
  muster: (muster: Muster) => Promise<unknown>;
  /** Muster is told twice, as by somebody who has not heard its answer. */
  isTwice?: boolean;
  /** Nothing follows from it yet. */
  isUnheard?: boolean;
}

/** Looks at the road and says what is to be done; undefined: there is nothing to do it to. */
export type Choice = (road: Readonly<Road>) => Act | undefined;

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
    const { words, isTwice = false, isUnheard = false } = act;
    this.#words = [words, isTwice ? '(twice)' : '', isUnheard ? '(unheard)' : ''].filter(Boolean).join(' ');
    const before = { looks: looksOf(road), versions: [...muster.versions] };
    const expected = await answerOf(async () => act.model(road));
    if (!isUnheard) rest(road);
    for (const _ of isTwice ? ['once', 'again'] : ['once']) {
      tick(muster, 1);
      hold([`answers ${await answerOf(() => act.muster(muster))}`], [`answers ${expected}`]);
    }
    if (!isUnheard) await settle(muster);
    hold(await seenInMuster(muster, road), seenInModel(road));
    holdVersions(muster.versions, looksOf(road), before);
    note(muster, road, expected);
  }
}

/** Choices by any of these values. */
export const choice = <T>(values: fc.Arbitrary<T>, choose: (value: T) => Choice): fc.Arbitrary<Choice> =>
  values.map(choose);

/** The first of them that finds something to do. */
export const either = (...choices: fc.Arbitrary<Choice>[]): fc.Arbitrary<Choice> =>
  fc.tuple(...choices).map((all) => (road) => all.map((choose) => choose(road)).find((act) => act !== undefined));

function note(muster: Muster, { jobs, tasks }: Road, answer: string): void {
  muster.steps += 1;
  if (answer.startsWith('refused')) muster.reached.add(answer);
  for (const { state, question, waitsFor, stop } of jobs) {
    muster.reached.add(waitsFor === '' ? `job ${state} ${stop}`.trim() : `job waits for ${waitsFor}`);
    muster.reached.add(`question ${question}`);
  }
  for (const { state } of tasks) muster.reached.add(`task ${state}`);
}

/** Throws in words of both where they differ. */
function hold(muster: string[], model: string[]): void {
  const only = (some: string[], others: string[]) => some.filter((line) => !others.includes(line)).join('; ');
  const [here, there] = [only(muster, model), only(model, muster)];
  if (here !== '' || there !== '' || muster.length !== model.length)
    throw new Error(`Muster: ${here || 'nothing else'} | the model: ${there || 'nothing else'}`);
}

/** A job that looks otherwise has moved; one that looks the same has not, unless it is blocked and was tried again. */
function holdVersions(versions: number[], looks: string[], before: { looks: string[]; versions: number[] }): void {
  for (const [job, look] of looks.entries()) {
    const hasMoved = versions[job] !== before.versions[job];
    const isOther = look !== before.looks[job];
    if (isOther && !hasMoved)
      throw new Error(`Muster: job ${job} has changed without a new version | the model: ${look}`);
    if (hasMoved && !isOther && !look.includes('blocked'))
      throw new Error(`Muster: job ${job} has a new version | the model: ${look}, as before`);
  }
}

/** The model says a refusal by an error, Muster by a problem. */
async function answerOf(act: () => Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify((await act()) ?? null);
  } catch (error) {
    if (error instanceof Refusal) return `refused: ${error.code}`;
    if (error instanceof Error) return `refused: ${error.message}`;
    throw error;
  }
}
