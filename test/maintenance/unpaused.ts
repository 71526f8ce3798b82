/** The pauses between the batches of the maintenance pass by themselves. */
import type { HandClock } from '../world/clock.ts';

export async function unpaused<T>({ clock }: { clock: HandClock }, working: Promise<T>): Promise<T> {
  const isOver = working.then(
    () => true,
    () => true,
  );
  while (!(await Promise.race([isOver, clock.advance(0.02)]))) void 0;
  return working;
}
