/**
 * Who goes on, and when. Whatever is under way stands at one of its boundaries and waits for its turn; one at a time
 * goes on, by the seed's choice. When nobody can, simulated time moves to the next who sleeps.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Choice } from './choice.ts';

/** Who stands somewhere: an actor, a call, a stage, a timer. */
export interface Who {
  name: string;
  /** The process in which it runs; with it, it dies. Undefined: it is outside of Muster. */
  process: object | undefined;
}

export interface Waiting {
  who: Who;
  what: string;
  /** Simulated milliseconds before which it can't go on. */
  until: number;
  /** In which order they came. */
  place: number;
  goOn: () => void;
}

/** One for all lives: each storage ever used makes every change of context dearer. */
const current = new AsyncLocalStorage<Who>();

/** So many turns of the event loop may pass before somebody comes to his next boundary: those of a group commit. */
const mostTurns = 50;

export class Scheduler {
  /** Simulated milliseconds since the beginning. */
  now = 0;
  /** How many turns were given. */
  turns = 0;
  /** Hears of each turn, and says whether it is used: whose process dies at it never goes on. */
  onTurn: ((waiting: Waiting) => boolean) | undefined;
  readonly #choice: Choice;
  readonly #waiting = new Set<Waiting>();
  #places = 0;
  /** Work in a database, which takes turns of the event loop. */
  #busy = 0;

  constructor(choice: Choice) {
    this.#choice = choice;
  }

  /** Who is at work in this very moment. */
  get who(): Who {
    return current.getStore() ?? { name: 'somebody', process: undefined };
  }

  /** Begins something beside everything else. It catches what it throws itself. */
  begin(who: Who, work: () => Promise<void>): void {
    void current.run(who, work);
  }

  /** Runs `work` as somebody else. */
  as<T>(who: Who, work: () => T): T {
    return current.run(who, work);
  }

  /** A boundary: resolves when its turn comes, never where its process dies before. */
  turn(what: string, heldSeconds = 0): Promise<void> {
    return this.#stand({ who: this.who, what, until: this.now + heldSeconds * 1000 });
  }

  /** Simulated milliseconds pass, or the signal ends it. Never rejects. */
  sleep(milliseconds: number, signal?: AbortSignal, process?: object): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    const who = process === undefined ? this.who : { name: this.who.name, process };
    const waiting = { who, what: 'wakes', until: this.now + milliseconds };
    if (signal === undefined) return this.#stand(waiting);
    return new Promise((resolve) => {
      const standing = this.#add({ ...waiting, goOn: resolve });
      signal.addEventListener('abort', () => this.#waiting.delete(standing) && resolve(), { once: true });
    });
  }

  /** All that runs in a process is gone, and never answers. */
  kill(process: object): void {
    for (const waiting of this.#waiting) if (waiting.who.process === process) this.#waiting.delete(waiting);
  }

  /** Nobody else goes on until it is done, for it takes turns of the event loop. */
  async busy<T>(work: () => Promise<T>): Promise<T> {
    this.#busy++;
    try {
      return await work();
    } finally {
      this.#busy--;
    }
  }

  /** Gives turns until `isOver`, or until nobody is left. */
  async run(isOver: () => boolean): Promise<void> {
    await this.#quiet();
    while (!isOver() && this.#waiting.size > 0) {
      for (const next of this.#next()) this.#give(next);
      await this.#quiet();
    }
  }

  /** Whose process has died in this very turn has none. */
  #give(next: Waiting): void {
    if (!this.#waiting.delete(next)) return;
    this.turns++;
    if (this.onTurn?.(next) !== false) next.goOn();
  }

  #stand(waiting: Omit<Waiting, 'place' | 'goOn'>): Promise<void> {
    return new Promise((goOn) => void this.#add({ ...waiting, goOn }));
  }

  #add(waiting: Omit<Waiting, 'place'>): Waiting {
    const placed = { ...waiting, place: this.#places++ };
    this.#waiting.add(placed);
    return placed;
  }

  #next(): Waiting[] {
    let ready = [...this.#waiting].filter(({ until }) => until <= this.now);
    if (ready.length === 0) {
      let first = Infinity;
      for (const { until } of this.#waiting) if (until < first) first = until;
      this.now = first;
      ready = [...this.#waiting].filter(({ until }) => until <= first);
    }
    this.now += this.#choice.milliseconds();
    const next = this.#choice.pick(ready);
    return [next, ...this.#choice.beside(next, ready)];
  }

  /** Everybody has come to his next boundary. */
  async #quiet(): Promise<void> {
    for (let turns = 0; turns < mostTurns; turns++) {
      await new Promise(process.nextTick); // once no promise is left to settle
      if (this.#busy === 0) return;
      await new Promise(setImmediate);
    }
    throw new Error('somebody waits for something that is not of this simulation');
  }
}
