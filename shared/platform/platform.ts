/**
 * What Muster stands on. Every seam to the world outside is a member of {@link Platform};
 * the first parameter of a function says how much of it the function may use.
 */
import type { CompiledQuery, Kysely } from 'kysely';
import type { Config } from './config.ts';
import type { Log } from './telemetry/log.ts';
import type { Outbound } from './outbound/outbound.ts';
import type { Sealer } from './secrets/seal.ts';
import type { Signers } from './signers.ts';
import type { Secrets } from './secrets/secrets.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

export interface Platform {
  config: Config;
  clock: Clock;
  random: Random;
  log: Log;
  telemetry: Telemetry;
  db: Database;
  bells: Bells;
  hints: Hints;
  secrets: Secrets;
  /** Who signs the tokens of callers; undefined: tokens do not count, only keys of Muster's own. */
  signers: Signers | undefined;
  sealer: Sealer;
  outbound: Outbound;
}

/** The process's clock: for the record and for waiting, never compared with a stored time. */
export interface Clock {
  now(): Date;
  /** Resolves after `milliseconds`, or at once when the signal aborts. Never rejects. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export interface Random {
  /** Cryptographically strong in production, seeded in tests. */
  bytes(count: number): Uint8Array;
  /** Uniform in [0, 1). */
  fraction(): number;
}

/** A store that can be read. Statements outside a transaction see only what is committed. */
export interface Reads {
  /** Runs one compiled statement and gives its rows: times as `Date`, flags as boolean, JSON parsed. */
  run<Row>(query: CompiledQuery<Row>): Promise<Row[]>;
  /** Builds statements in the dialect of this database; typed by the store that uses it. */
  readonly builder: Kysely<never>;
  readonly config: Config;
}

/** What statements that write are given. */
export interface Writes extends Reads {
  /** Kept until after the commit, then rung. Delayed bells never come early. */
  ring(bell: BellName, id: string, delaySeconds?: number): void;
  /** Kept until after the commit, then tells waiters in this process that `topic` may have news. */
  hint(topic: string): void;
}

/** One transaction. A function with this parameter joins it and reaches nothing outside. */
export interface Tx extends Writes {
  /** The database's time when the transaction began; use `now()` of statement.ts inside statements. */
  readonly at: Date;
  /** W3C traceparent of what is in progress: of whatever caused this transaction, or of what it has joined since. */
  readonly trace: string | null;
  /** Kept until the work is done, then written with all others of the same `write` at once, in their order. */
  gather<Item>(write: (tx: Tx, items: readonly Item[]) => Promise<unknown>, ...items: Item[]): void;
  /** Kept until after the commit, then told; dropped while nobody listens. */
  tell(telling: (telemetry: Telemetry) => void): void;
  /** A new id, ordered by time: prefix, underscore, lower-case ULID. */
  newId(prefix: string): string;
  randomBytes(count: number): Uint8Array;
}

export interface Database {
  /**
   * Runs `work` in one transaction, again from its start after a transient fault, at most 5 times. `work` does nothing
   * but statements; those that it asks for in one turn reach the database in one request. Throws what `work` throws,
   * undone, and `UnknownOutcome` where nobody can tell whether it happened.
   */
  transaction<T>(name: string, work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * One transaction of statements that need no answer of each other: `start` calls them all at once, and they reach
   * the database as one request, BEGIN and COMMIT included. What their answers mean is decided after it. May run
   * twice where an answer was lost: only for statements that are safe to repeat.
   */
  batch<Answers extends readonly unknown[]>(name: string, start: (tx: Writes) => Promised<Answers>): Promise<Answers>;
  /**
   * A batch that may find nothing to do. Where a look costs less than the batch, `look` is asked first whether there
   * is anything; undefined: there was not.
   */
  tryBatch<Answers extends readonly unknown[]>(
    name: string,
    tried: { look: () => Promise<boolean>; start: (tx: Writes) => Promised<Answers> },
  ): Promise<Answers | undefined>;
  readonly read: Reads;
  close(): Promise<void>;
}

/** A promise for each answer. */
export type Promised<Answers extends readonly unknown[]> = { readonly [At in keyof Answers]: Promise<Answers[At]> };

export const bellNames = ['estimate', 'validate', 'execute', 'learn', 'wake', 'ask', 'deliver'] as const;
export type BellName = (typeof bellNames)[number];

/** A rung bell as it reaches its stage. */
export interface Ring {
  bell: BellName;
  id: string;
  trace: string | null;
}

/** Wake-ups: one may be lost, doubled or late without harm, because every waiting row has a due time. */
export interface Bells {
  ring(ring: Ring, delaySeconds?: number): void;
  /** Connects the stages. Called once, at the start. */
  answer(handler: (ring: Ring) => Promise<void>): void;
  /** Starts no more stages; resolves when those that run have come to their end, and what they rang is on its way. */
  drain(): Promise<void>;
  /**
   * For health: rings not yet answered, and the age of the oldest in seconds. Over Service Bus those of every
   * process, counted up to 100 a queue; throws when it does not answer in seconds.
   */
  backlog(): Promise<{ waiting: number; oldest_seconds: number }>;
  /** Rings where nobody answers and hears it; says how it went, throws what is wrong. */
  check(): Promise<string>;
}

/** News inside one process, for long polls. Missing one costs a poll interval, nothing else. */
export interface Hints {
  tell(topic: string): void;
  /** How often something was told, of whatever topic. */
  readonly told: number;
  /**
   * Resolves at the next news on one of the topics, after `milliseconds`, or when the signal aborts. Gives how many heard
   * the news; 0 where there was none.
   */
  wait(topics: readonly string[], milliseconds: number, signal?: AbortSignal): Promise<number>;
  /** For the end of the process: nobody waits any more, and polls answer with what they have. */
  close(): void;
  readonly closed: boolean;
}
