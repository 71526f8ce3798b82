/** How the world of a life is: where it runs, when, and how long things go wrong there. */
import { readConfig, type Config } from '../../shared/platform/config.ts';
import type { Chance } from './chance.ts';
import { settings } from './town.ts';

export interface Manner {
  /** Bells in a queue that outlives the process, as on Azure; otherwise they are in the process and gone with it. */
  isQueued: boolean;
  sweepSeconds: number;
  dueSeconds: number;
  /** Until another process runs after a crash. */
  restartSeconds: number;
  /** Until a queue hands a ring over again whose process died over it. */
  lockSeconds: number;
  /** Simulated seconds after which nothing goes wrong any more. */
  calmSeconds: number;
  begins: Date;
}

/** Months end in the middle of some lives: budgets are by the month. */
const beginnings = ['2026-03-01T12:00:00.000Z', '2026-03-01T12:00:00.000Z', '2026-03-31T23:56:00.000Z'];

export function mannerOf(chance: Chance): Manner {
  const isQueued = chance.chance(0.5);
  return {
    isQueued,
    sweepSeconds: isQueued ? 15 : 1,
    dueSeconds: isQueued ? 30 : 1,
    restartSeconds: chance.pick([1, 5, 40]),
    lockSeconds: chance.pick([5, 60]),
    calmSeconds: chance.pick([60, 240, 500, 900]),
    begins: new Date(chance.pick(beginnings)),
  };
}

const read = readConfig({
  MUSTER_DATA: ':memory:',
  MUSTER_DATA_KEY: Buffer.alloc(32, 7).toString('base64'),
  OUTBOUND_ALLOW: '127.0.0.0/8',
  ...settings,
});

/** Read once: it is the same for all. */
export const configOf = ({ dueSeconds }: Manner): Config => ({ ...read, DUE_SECONDS: dueSeconds });
