/** A clock whose sleepers wake at once: time has passed for both clocks, but not for the test. */
import { handClock, type HandClock } from '../../world/clock.ts';

export interface HurriedClock extends HandClock {
  /** Puts both clocks back to where they were. */
  rewind(): void;
}

export function hurriedClock(start: Date): HurriedClock {
  const hand = handClock(start);
  return {
    ...hand,
    sleep: async (milliseconds, signal) => {
      if (signal?.aborted !== true) await hand.advance(milliseconds / 1000);
    },
    rewind: () => {
      const passed = (hand.database() - start.getTime()) / 1000;
      hand.skewProcess(-passed);
      hand.skewDatabase(-passed);
    },
  };
}
