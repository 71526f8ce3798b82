/**
 * While the database is away callers are told so at once: whoever waits for it only waits, and many who try keep it from
 * coming back. One in five seconds is let through to see whether it is there again.
 */
import { Away } from '../away.ts';
import type { Clock } from '../platform.ts';
import { isAway, UnknownOutcome } from './faults.ts';
import type { Engine } from './transactions.ts';

/** So long without a success: what is over sooner, a failover say, tries get past by themselves. */
const patienceMilliseconds = 10_000;
/** After so long without anybody asking it may have come back long ago. */
const forgottenMilliseconds = 60_000;
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
  /** The first and the last fault since the last success. */
  #away: { since: number; until: number } | undefined;
  #nextTry = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async pass<T>(call: () => Promise<T>): Promise<T> {
    this.#refuseWhileAway();
    try {
      const value = await call();
      this.#answered();
      return value;
    } catch (error) {
      if (isAway(error)) this.#away = { since: this.#away?.since ?? this.#now(), until: this.#now() };
      else if (!(error instanceof UnknownOutcome)) this.#answered(); // by a refusal
      throw error;
    }
  }

  #answered(): void {
    this.#away = undefined;
    this.#nextTry = 0; // of this time away: the next one begins anew, whatever the clock does
  }

  #refuseWhileAway(): void {
    const now = this.#now();
    if (this.#away === undefined || now - this.#away.since < patienceMilliseconds) return;
    if (now - this.#away.until > forgottenMilliseconds) {
      this.#answered();
      return;
    }
    const left = this.#nextTry - now;
    const isPutBack = left > betweenMilliseconds; // the clock
    if (left > 0 && !isPutBack) throw new Away('the database does not answer', left / 1000);
    this.#nextTry = now + betweenMilliseconds;
  }

  #now = (): number => this.#clock.now().getTime();
}
