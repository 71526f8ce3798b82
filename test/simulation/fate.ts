/** What befalls Muster at any of its turns: it dies, its clock steps, its disk is full. */
import type { Around } from './around.ts';
import type { Running } from './running.ts';
import type { Waiting } from './scheduler.ts';

const farthestSeconds = 90;
const longestFullSeconds = 40;

/** Gives whether whoever had the turn lives to use it. */
export function befall(
  { faults, clock, disk, scheduler, manner }: Around,
  running: Running,
  { who }: Waiting,
): boolean {
  if (faults.happens('clock')) clock.off = faults.of('clock').between(-farthestSeconds, farthestSeconds);
  if (faults.happens('disk_full'))
    disk.fullUntil = scheduler.now + faults.of('disk_full').between(1, longestFullSeconds) * 1000;
  if (who.process === undefined || !faults.happens('crash')) return true;
  running.kill(manner.restartSeconds);
  return false;
}
