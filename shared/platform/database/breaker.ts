/**
 * While the database is away callers are told so at once: whoever waits for it only waits, and many who try keep it from
 * coming back. One at a time is let through to see whether it is there again.
 */
import { Away } from '../away.ts';
import type { Clock } from '../platform.ts';
import { isAway, UnknownOutcome } from './faults.ts';
import type { Engine } from './transactions.ts';

/** So long without a success: what is over sooner, a failover say, tries get past by themselves. */
const patienceMilliseconds = 10_000;
/** Between one that is let through and the next. */
const betweenMilliseconds = 5000;

/** Its calls throw {@link Away} while nothing has succeeded for ten seconds in which something has failed. */
export function withBreaker(engine: Engine, clock: Clock): Engine {
  const breaker = new Breaker(clock);
  return {
    ...engine,
    read: (query) => breaker.pass(() => engine.read(query)),
    atomically: (work) => breaker.pass(() => engine.atomically(work)),
    together: (queries) => breaker.pass(() => engine.together(queries)),
  };
}

class Breaker {
  readonly #clock: Clock;
  /** Of the first fault since the last success. */
  #awaySince: number | undefined;
  #nextTry = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async pass<T>(call: () => Promise<T>): Promise<T> {
    this.#refuseWhileAway();
    try {
      const value = await call();
      this.#heal();
      return value;
    } catch (error) {
      if (isAway(error)) this.#awaySince ??= this.#now();
      else if (!(error instanceof UnknownOutcome)) this.#heal(); // it has answered
      throw error;
    }
  }

  #refuseWhileAway(): void {
    const now = this.#now();
    if (this.#awaySince === undefined || now - this.#awaySince < patienceMilliseconds) return;
    if (now < this.#nextTry) throw new Away('the database does not answer', (this.#nextTry - now) / 1000);
    this.#nextTry = now + betweenMilliseconds;
  }

  /** The first try after the next fault waits for none of before: clocks may be put back meanwhile. */
  #heal(): void {
    this.#awaySince = undefined;
    this.#nextTry = 0;
  }

  #now = (): number => this.#clock.now().getTime();
}
