/** A clock that only moves when a test moves it; the database's runs beside it and may be skewed. */
import type { Clock } from '../../shared/platform/platform.ts';

export interface HandClock extends Clock {
  /** The database's time, in milliseconds since 1970. */
  database: () => number;
  /** Moves both clocks and wakes who sleeps until then, in the order of their times. */
  advance(seconds: number): Promise<void>;
  /** Moves the process clock alone, backwards too. Nobody is woken. */
  skewProcess(seconds: number): void;
  /** Moves the database's clock alone, backwards too. */
  skewDatabase(seconds: number): void;
}

interface Sleeper {
  /** Milliseconds of `passed`. */
  until: number;
  wake: () => void;
}

export function handClock(start: Date): HandClock {
  const sleepers = new Set<Sleeper>();
  let passed = 0;
  let processSkew = 0;
  let databaseSkew = 0;
  return {
    now: () => new Date(start.getTime() + passed + processSkew),
    database: () => start.getTime() + passed + databaseSkew,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const wake = () => {
          sleepers.delete(sleeper);
          resolve();
        };
        const sleeper = { until: passed + milliseconds, wake };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', wake, { once: true });
      }),
    advance: async (seconds) => {
      const end = passed + seconds * 1000;
      await turns();
      for (let next = firstUntil(sleepers, end); next !== undefined; next = firstUntil(sleepers, end)) {
        passed = Math.max(passed, next.until);
        next.wake();
        await turns();
      }
      passed = end;
    },
    skewProcess: (seconds) => void (processSkew += seconds * 1000),
    skewDatabase: (seconds) => void (databaseSkew += seconds * 1000),
  };
}

function firstUntil(sleepers: Set<Sleeper>, end: number): Sleeper | undefined {
  return [...sleepers].filter(({ until }) => until <= end).toSorted((a, b) => a.until - b.until)[0];
}

/** Lets whoever was woken, and the transactions they open, come as far as they can without time. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}
