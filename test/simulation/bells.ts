/** Bells that are lost, doubled, late and reordered: over a queue that outlives the process, or inside it. */
import { inProcessBells } from '../../shared/platform/bells/in-process.ts';
import type { Bells, Clock, Ring } from '../../shared/platform/platform.ts';
import type { Log } from '../../shared/platform/telemetry/log.ts';
import type { Faults } from './faults.ts';
import type { Scheduler } from './scheduler.ts';

/** What becomes of one ring: after how many seconds it is heard, each time. */
export function hearings(faults: Faults, delaySeconds: number): number[] {
  if (faults.happens('bell_lost')) return [];
  const late = () => (faults.happens('bell_late') ? faults.of('bell_late').between(1, 120) : 0);
  return faults.happens('bell_doubled') ? [delaySeconds + late(), delaySeconds + late()] : [delaySeconds + late()];
}

export interface Belfry {
  scheduler: Scheduler;
  faults: Faults;
  /** A process hears it, the one that runs then. */
  hear: (ring: Ring) => void;
}

/** Like Service Bus: what was rung is heard by whatever process runs then. */
export const queuedBells = ({ scheduler, faults, hear }: Belfry): Bells => ({
  ring: (ring, delaySeconds = 0) => {
    for (const seconds of hearings(faults, delaySeconds))
      scheduler.begin({ name: `bell ${ring.bell} ${ring.id}`, process: undefined }, async () => {
        await scheduler.sleep(seconds * 1000);
        hear(ring);
      });
  },
  ...unwatched,
});

const unwatched: Pick<Bells, 'answer' | 'drain' | 'check' | 'backlog'> = {
  answer: () => {},
  drain: async () => {},
  check: async () => 'they are simulated',
  backlog: async () => ({ waiting: 0, oldest_seconds: 0 }),
};

interface Inside {
  faults: Faults;
  clock: Clock;
  log: Log;
  answer: (ring: Ring) => Promise<void>;
}

/** Those of a single process, which are gone with it. */
export function bellsInside({ faults, clock, log, answer }: Inside): Bells {
  const real = inProcessBells(clock, log);
  real.answer(answer);
  return {
    ...real,
    ring: (ring, delaySeconds = 0) => {
      for (const seconds of hearings(faults, delaySeconds)) real.ring(ring, seconds);
    },
  };
}
