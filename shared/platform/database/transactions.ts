/** What a transaction is on every database: named, traced, retried as a whole, its bells rung after the commit. */
import type { CompiledQuery, Kysely } from 'kysely';
import { currentTrace, currentTransaction, intoTransaction } from '../context.ts';
import type { Config } from '../config.ts';
import { newId } from '../ids.ts';
import type { BellName, Bells, Clock, Database, Hints, Promised, Random, Reads, Tx, Writes } from '../platform.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { isTransient, UnknownOutcome } from './faults.ts';
import { newsOf, type News } from './news.ts';
import { retried } from './retry.ts';

/** What differs between databases: where statements run, and how a unit of work begins and ends. */
export interface Engine {
  builder: Kysely<never>;
  /** Whether a statement reaches the database without a round trip. */
  isNear: boolean;
  read: Reads['run'];
  /**
   * Runs `work` atomically. Throws {@link UnknownOutcome} when nobody can tell whether it happened. `ran` is called before
   * the commit where others can still join it, and else not at all.
   */
  atomically<T>(work: (run: Reads['run'], at: Date) => Promise<T>, ran?: () => void): Promise<T>;
  /** Runs statements one after the other as one transaction, and gives the rows of each. A fault may hide a success. */
  together(queries: readonly CompiledQuery[], ran?: () => void): Promise<unknown[][]>;
  close(): Promise<void>;
}

export interface Surroundings {
  config: Config;
  clock: Clock;
  random: Random;
  bells: Bells;
  hints: Hints;
  telemetry: Telemetry;
}

export function openTransactions(engine: Engine, around: Surroundings): Database {
  const { telemetry } = around;
  const run: Reads['run'] = (query) => telemetry.statements(engine.read)(query);
  const read: Reads = { run: outsideOf(run), builder: engine.builder, config: around.config };
  const opened = <T>(name: string, run: () => Promise<T>): Promise<T> => {
    const outer = currentTransaction();
    if (outer !== undefined) return Promise.reject(new Error(`transaction ${name} was opened inside ${outer}`));
    return telemetry.span({ name: `transaction ${name}` }, run);
  };
  const batch: Database['batch'] = (name, start) => opened(name, () => batched(engine, around, { name, start }));
  return {
    read,
    close: engine.close,
    transaction: (name, work) => opened(name, () => retried(around, transacted(engine, around, { name, work }))),
    batch,
    tryBatch: async (name, { look, start }) => (engine.isNear && !(await look()) ? undefined : batch(name, start)),
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
}

function transacted<T>(engine: Engine, around: Surroundings, attempted: Attempted<T>): () => Promise<T> {
  const inside = intoTransaction(attempted.name);
  return async () => {
    const afterwards: Afterwards = [];
    const news = newsOf(around.hints);
    try {
      const value = await engine.atomically((run, at) => {
        afterwards.splice(0, afterwards.length, news.tellRest);
        news.forget();
        const told = around.telemetry.statements(run);
        return inside(() =>
          whole(attempted.work, transactionOver(engine, around, { run: told, at, afterwards, news })),
        );
      }, news.tell);
      for (const ring of afterwards) ring();
      return value;
    } catch (error) {
      if (error instanceof UnknownOutcome) for (const ring of afterwards) ring(); // one too many does no harm
      throw error;
    }
  };
}

/** Keeps what `start` asks for, has it run, and hands each statement its rows. */
async function batched<Answers extends readonly unknown[]>(
  engine: Engine,
  around: Surroundings,
  { name, start }: { name: string; start: (tx: Writes) => Promised<Answers> },
): Promise<Answers> {
  const inside = intoTransaction(name);
  const asked: Asked[] = [];
  const news = newsOf(around.hints);
  const afterwards: Afterwards = [news.tellRest];
  let open = true;
  const inDoubt: unknown[] = []; // faults of tries that may have happened
  const run = <Row>(query: CompiledQuery<Row>): Promise<Row[]> =>
    new Promise((resolve, reject) => {
      if (!open) throw new Error('a statement of a batch waited for another of it; use a transaction');
      asked.push({ query, resolve: resolve as (rows: unknown[]) => void, reject });
    });
  const answers = Promise.all(
    start(writesOver(engine, around, { run, afterwards, news })),
  ) as unknown as Promise<Answers>; // one for each
  open = false;
  answers.catch(() => {}); // until it is awaited below
  try {
    const queries = asked.map(({ query }) => query);
    const together = () =>
      inside(() => around.telemetry.batch(queries, () => engine.together(queries, news.tell))).catch(
        (error: unknown) => {
          if (isTransient(error)) inDoubt.push(error);
          throw error;
        },
      );
    const rows = queries.length === 0 ? [] : await retried(around, together);
    asked.forEach(({ resolve }, at) => resolve(rows[at] ?? []));
  } catch (error) {
    if (inDoubt.length === 0) afterwards.length = 0; // a bell too many does no harm
    for (const { reject } of asked) reject(error);
  }
  try {
    return await answers;
  } finally {
    for (const ring of afterwards) ring();
  }
}

interface Asked {
  query: CompiledQuery;
  resolve: (rows: unknown[]) => void;
  reject: (error: unknown) => void;
}

type Afterwards = (() => void)[];

interface OpenTx extends Tx {
  /** What is to be written at the end, by who writes it. */
  gathered: Map<(tx: Tx, items: readonly never[]) => Promise<unknown>, unknown[]>;
}

async function whole<T>(work: (tx: Tx) => Promise<T>, tx: OpenTx): Promise<T> {
  const value = await work(tx);
  for (const [write, items] of tx.gathered) {
    tx.gathered.delete(write); // what is gathered while it writes comes to its turn as well
    await write(tx, items as never[]); // as `gather` has put them together
  }
  return value;
}

interface Opened {
  run: Reads['run'];
  afterwards: Afterwards;
  news: News;
}

function writesOver(engine: Engine, around: Surroundings, { run, afterwards, news }: Opened): Writes {
  return {
    run,
    builder: engine.builder,
    config: around.config,
    ring: (bell: BellName, id: string, delaySeconds?: number) => {
      const trace = currentTrace();
      afterwards.push(() => around.bells.ring({ bell, id, trace }, delaySeconds));
    },
    hint: news.add,
  };
}

function transactionOver(engine: Engine, around: Surroundings, opened: Opened & { at: Date }): OpenTx {
  const { at, afterwards } = opened;
  const gathered: OpenTx['gathered'] = new Map();
  return {
    ...writesOver(engine, around, opened),
    gathered,
    gather: (write, ...items) => {
      const before = gathered.get(write);
      if (before === undefined) gathered.set(write, items);
      else before.push(...items);
    },
    at,
    get trace() {
      return currentTrace();
    },
    tell: (telling) => {
      if (around.telemetry.isOpen) afterwards.push(() => telling(around.telemetry));
    },
    newId: (prefix) => newId(prefix, at, around.random),
    randomBytes: (count) => around.random.bytes(count),
  };
}
