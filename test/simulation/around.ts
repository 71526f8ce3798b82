/** What is around the Muster of one life, and the same through all its crashes. */
import type { stages } from '../../functions/stages.ts';
import type { Config } from '../../shared/platform/config.ts';
import type { Engine } from '../../shared/platform/database/transactions.ts';
import type { Outbound } from '../../shared/platform/outbound/outbound.ts';
import type { Bells, Platform } from '../../shared/platform/platform.ts';
import type { Log } from '../../shared/platform/telemetry/log.ts';
import type { Faults } from './faults.ts';
import type { Ground } from './ground.ts';
import type { Ledger } from './ledger.ts';
import type { Answerer } from './life.ts';
import type { Manner } from './manner.ts';
import type { Poison } from './poison.ts';
import type { Scheduler } from './scheduler.ts';

/** A bug that exists only in a test: a part that is wrapped, or a statement that is said otherwise. */
export interface Plant {
  /** `past` answers like a read outside of a transaction, sometimes with what was there before. */
  engine?: (engine: Engine, past: Engine['read']) => Engine;
  bells?: (bells: Bells) => Bells;
  stages?: (real: typeof stages) => typeof stages;
  /** In the place of the timer that rings for what is due. */
  sweep?: (platform: Platform) => Promise<void>;
  /** What an actor calls, by the name under which it calls it. */
  verb?: <T>(what: string, verb: (platform: Platform) => Promise<T>) => (platform: Platform) => Promise<T>;
  /** Seconds by which the database's clock is off. */
  databaseSeconds?: (processSeconds: number) => number;
}

export interface Around {
  seed: number;
  scheduler: Scheduler;
  faults: Faults;
  poison: Poison;
  ledger: Ledger;
  ground: Ground;
  manner: Manner;
  config: Config;
  log: Log;
  outbound: Outbound;
  /** Actors that answer what Muster calls. */
  hosts: Map<string, Answerer>;
  plant: Plant;
  clock: SimulatedClock;
  /** Stands between transactions and the database and holds each against the lock order. */
  watched: (engine: Engine) => Engine;
  /** Simulated milliseconds until which nothing can be written. */
  disk: { fullUntil: number };
  isDiskFull: () => boolean;
  /** Nothing goes wrong any more. */
  isCalm: () => boolean;
  rollBack: () => void;
  /** After each commit, before anybody knows of it. */
  committed: (name: string) => void;
  /** What nobody has planted: it fails the life. */
  unexpected: (where: string, error: unknown) => void;
}

export interface SimulatedClock {
  /** The process's clock, which may be off. */
  now: () => Date;
  /** The database's, in milliseconds since 1970. */
  database: () => number;
  /** Seconds by which the process's clock is off. */
  off: number;
}
