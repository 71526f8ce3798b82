/** What is asked of a run, and what a life gives. */
import type { Promised } from '../promises/promised.ts';
import type { Plant } from './around.ts';
import type { Chance } from './chance.ts';
import type { FaultKind, Faults } from './faults.ts';
import type { Ground } from './ground.ts';
import type { Cast } from './life.ts';
import type { Waiting } from './scheduler.ts';

/** Which life, and what of it: shrinking takes away. */
export interface Asked {
  seed: number;
  /** Members of the cast who are not there. */
  without?: readonly string[];
  /** The only kinds of faults that may happen. */
  faults?: readonly FaultKind[];
  /** Faults end after so many simulated seconds, at the latest. */
  calmSeconds?: number;
}

/** What is the same for all lives of a run. */
export interface Given {
  ground: Ground;
  /** Who lives in the life of a seed. */
  castOf: (chance: Chance) => Cast[];
  promised: readonly Promised[];
  plant?: Plant;
  /** Hears of each turn; times in simulated milliseconds. */
  onTurn?: (waiting: Waiting, now: number) => void;
  /** Hears of each fault that happens. */
  onFault?: (kind: FaultKind, now: number) => void;
  /** Hears of each commit. */
  onCommit?: (name: string, now: number) => void;
}

export interface Lived {
  /** What is broken, in words; the life ends at the first. */
  broken: string[];
  turns: number;
  /** Simulated. */
  seconds: number;
  crashes: number;
  commits: number;
  /** Names of those who lived. */
  cast: string[];
  faults: Faults['mix'];
  calmSeconds: number;
}
