/** Tries again what failed for a reason that goes away by itself. */
import type { Clock, Random } from '../platform.ts';
import { isDuplicate, isTransient } from './faults.ts';

const tries = 5;
/** So long after the first fault nothing is tried again: whoever waits is better told. */
const patienceMilliseconds = 10_000;

/**
 * At most five times, with jitter, a second in all beside the tries themselves; a key that another had first once, at
 * once. Throws the last fault.
 */
export async function retried<T>(
  { clock, random }: { clock: Clock; random: Random },
  attempt: () => Promise<T>,
): Promise<T> {
  let firstFault: number | undefined;
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      if (isDuplicate(error) && tried === 1) continue;
      const now = clock.now().getTime();
      firstFault ??= now;
      if (!isTransient(error) || tried >= tries || now - firstFault > patienceMilliseconds) throw error;
      await clock.sleep(random.fraction() * 20 * 2 ** tried);
    }
  }
}
