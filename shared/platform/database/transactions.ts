/** What a transaction is on every database: named, traced, retried as a whole, its bells rung after the commit. */
import type { Kysely } from 'kysely';
import { currentTrace, currentTransaction, intoTransaction } from '../context.ts';
import type { Config } from '../config.ts';
import { newId } from '../ids.ts';
import type { BellName, Bells, Clock, Database, Hints, Random, Reads, TransactionOptions, Tx } from '../platform.ts';
import { spanned } from '../telemetry/spans.ts';
import { isTransient, UnknownOutcome } from './faults.ts';

const tries = 5;

/** What differs between databases: where statements run, and how a unit of work begins and ends. */
export interface Engine {
  builder: Kysely<never>;
  read: Reads['run'];
  /** Runs `work` atomically. Throws {@link UnknownOutcome} when the commit's answer was lost. */
  atomically<T>(work: (run: Reads['run'], at: Date) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface Surroundings {
  config: Config;
  clock: Clock;
  random: Random;
  bells: Bells;
  hints: Hints;
}

export function openTransactions(engine: Engine, around: Surroundings): Database {
  const read: Reads = { run: outsideOf(engine.read), builder: engine.builder, config: around.config };
  return {
    read,
    close: engine.close,
    transaction: (name, work, options = {}) => {
      const outer = currentTransaction();
      if (outer !== undefined) return Promise.reject(new Error(`transaction ${name} was opened inside ${outer}`));
      return spanned(`transaction ${name}`, () => retried(engine, around, { name, work, options, read }));
    },
  };
}

/** A read beside the open transaction would not see what that has written. */
const outsideOf =
  (read: Reads['run']): Reads['run'] =>
  (query) => {
    const outer = currentTransaction();
    return outer === undefined
      ? read(query)
      : Promise.reject(new Error(`a read inside transaction ${outer} went past it; read with its tx`));
  };

interface Attempted<T> {
  name: string;
  work: (tx: Tx) => Promise<T>;
  options: TransactionOptions<T>;
  read: Reads;
}

async function retried<T>(engine: Engine, around: Surroundings, attempted: Attempted<T>): Promise<T> {
  const inside = intoTransaction(attempted.name);
  for (let attempt = 1; ; attempt++) {
    const afterwards: (() => void)[] = [];
    try {
      const value = await engine.atomically((run, at) => {
        afterwards.length = 0;
        return inside(() => attempted.work(transactionOver(engine, around, { run, at, afterwards })));
      });
      for (const ring of afterwards) ring();
      return value;
    } catch (error) {
      if (error instanceof UnknownOutcome) {
        for (const ring of afterwards) ring();
        const settled = await attempted.options.settle?.(attempted.read);
        if (settled !== undefined) return settled;
      }
      if (!isTransient(error) || attempt >= tries) throw error;
      await around.clock.sleep(around.random.fraction() * 20 * 2 ** attempt);
    }
  }
}

interface Opened {
  run: Reads['run'];
  at: Date;
  afterwards: (() => void)[];
}

function transactionOver(engine: Engine, around: Surroundings, { run, at, afterwards }: Opened): Tx {
  const trace = currentTrace();
  return {
    run,
    at,
    trace,
    builder: engine.builder,
    config: around.config,
    ring: (bell: BellName, id: string, delaySeconds?: number) => {
      afterwards.push(() => around.bells.ring({ bell, id, trace }, delaySeconds));
    },
    hint: (topic) => {
      afterwards.push(() => around.hints.tell(topic));
    },
    newId: (prefix) => newId(prefix, at, around.random),
    randomBytes: (count) => around.random.bytes(count),
  };
}
