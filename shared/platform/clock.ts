/** The clock and the source of randomness of a real process. */
import { randomBytes, randomInt } from 'node:crypto';
import type { Clock, Random } from './platform.ts';

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal?.addEventListener('abort', done, { once: true });
    }),
};

/** Asking the system for each id would cost more than the id's statement. */
const poolBytes = 4096;

function pooledBytes(): (count: number) => Uint8Array {
  let pool = new Uint8Array(0);
  let used = 0;
  return (count) => {
    if (count > poolBytes) return randomBytes(count);
    if (used + count > pool.length) [pool, used] = [randomBytes(poolBytes), 0];
    used += count;
    return pool.subarray(used - count, used); // given out once, so nobody else ever sees them
  };
}

export const systemRandom: Random = {
  bytes: pooledBytes(),
  fraction: () => randomInt(2 ** 32) / 2 ** 32,
};
