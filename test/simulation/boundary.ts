/** Where whatever runs in a process stands and waits for its turn, sometimes for minutes. */
import type { Faults } from './faults.ts';
import type { Scheduler } from './scheduler.ts';

export interface Boundary {
  turn(what: string): Promise<void>;
  /** Nobody else goes on until it is done. */
  busy<T>(work: () => Promise<T>): Promise<T>;
}

/** Longer than the longest lease, now and then. */
const longestHoldSeconds = 200;

export const boundaryOf = (scheduler: Scheduler, faults: Faults): Boundary => ({
  turn: (what) => scheduler.turn(what, faults.happens('held') ? faults.of('held').between(5, longestHoldSeconds) : 0),
  busy: (work) => scheduler.busy(work),
});
