/** Bells that are lost, doubled, late, stuck and reordered: over a queue that outlives the process, or inside it. */
import { inProcessBells } from '../../shared/platform/bells/in-process.ts';
import type { BellName, Bells, Clock, Ring } from '../../shared/platform/platform.ts';
import type { Log } from '../../shared/platform/telemetry/log.ts';
import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';
import type { Scheduler } from './scheduler.ts';

/** A bell that was stuck rings for so long. */
const betweenStuckSeconds = 600;

/** For minutes, and now and then for so long that sweeps ring more often than a stage has tries. */
const stuckSeconds = (chance: Chance): number =>
  chance.chance(0.1) ? chance.between(900, longestStuckSeconds) : chance.between(60, 400);
export const longestStuckSeconds = 2400;

/** What becomes of rings on their way; it outlives the process. */
export class Air {
  readonly #scheduler: Scheduler;
  readonly #faults: Faults;
  /** Simulated milliseconds before which a bell is heard by nobody. */
  readonly #stuckUntil = new Map<BellName, number>();

  constructor(scheduler: Scheduler, faults: Faults) {
    this.#scheduler = scheduler;
    this.#faults = faults;
  }

  /** After how many seconds one ring is heard, each time. */
  hearings({ bell }: Ring, delaySeconds: number): number[] {
    const faults = this.#faults;
    const { now } = this.#scheduler;
    if (faults.happens('bell_lost')) return [];
    const mayStick = now > (this.#stuckUntil.get(bell) ?? -Infinity) + betweenStuckSeconds * 1000;
    if (mayStick && faults.happens('bell_stuck'))
      this.#stuckUntil.set(bell, now + stuckSeconds(faults.of('bell_stuck')) * 1000);
    const earliest = Math.max(delaySeconds, ((this.#stuckUntil.get(bell) ?? now) - now) / 1000);
    const late = () => (faults.happens('bell_late') ? faults.of('bell_late').between(1, 120) : 0);
    return faults.happens('bell_doubled') ? [earliest + late(), earliest + late()] : [earliest + late()];
  }
}

export interface Belfry {
  scheduler: Scheduler;
  air: Air;
  /** A process hears it, the one that runs then. */
  hear: (ring: Ring) => void;
}

/** Like Service Bus: what was rung is heard by whatever process runs then. */
export const queuedBells = ({ scheduler, air, hear }: Belfry): Bells => ({
  ring: (ring, delaySeconds = 0) => {
    for (const seconds of air.hearings(ring, delaySeconds))
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
  air: Air;
  clock: Clock;
  log: Log;
  answer: (ring: Ring) => Promise<void>;
}

/** Those of a single process, which are gone with it. */
export function bellsInside({ air, clock, log, answer }: Inside): Bells {
  const real = inProcessBells(clock, log);
  real.answer(answer);
  return {
    ...real,
    ring: (ring, delaySeconds = 0) => {
      for (const seconds of air.hearings(ring, delaySeconds)) real.ring(ring, seconds);
    },
  };
}
