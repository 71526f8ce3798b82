/**
 * Moments between a transaction, its bells and calls outward, named so that a test can hold up what goes on there, or
 * end the process. They stand around a Muster, not in it: production passes none of them.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Engine } from '../../shared/platform/database/transactions.ts';
import type { Outbound } from '../../shared/platform/outbound/outbound.ts';
import type { Database, Platform, Reads } from '../../shared/platform/platform.ts';

export const points = [
  'before-begin',
  /** After its first write. */
  'in-transaction',
  /** All is written, nothing is kept. */
  'before-commit',
  /** Before its bells ring. */
  'after-commit',
  'after-ring',
  'before-call',
  /** The other side has done its part, and nobody here has heard of it. */
  'after-call',
] as const;
export type Point = (typeof points)[number];

/** Told at each point, with the name of the transaction or of the host that is called. Its promise holds up what goes on there. */
export type Stop = (point: Point, where: string) => Promise<void> | undefined;

/** Stands in both places from which a transaction can be seen: around the whole of it, and between it and the database. */
export interface Points {
  engine(real: Engine): Engine;
  platform<Opened extends Platform>(opened: Opened): Opened;
}

/** The transaction in progress. */
interface Passing {
  name: string;
  /** A look may find that there is nothing to do. */
  hasBegun: boolean;
}

export function pointsOf(stop: Stop): Points {
  const passing = new AsyncLocalStorage<Passing>();
  const named = async <T>(name: string, run: () => Promise<T>): Promise<T> => {
    const transaction = { name, hasBegun: false };
    const value = await passing.run(transaction, run);
    if (transaction.hasBegun) await stop('after-ring', name);
    return value;
  };
  return {
    engine: (real) => stopping(real, { stop, passing: () => passing.getStore() }),
    platform: (opened) => ({
      ...opened,
      db: namedBy(opened.db, named),
      outbound: calling(opened.outbound, stop),
    }),
  };
}

const namedBy = (db: Database, named: <T>(name: string, run: () => Promise<T>) => Promise<T>): Database => ({
  ...db,
  transaction: (name, work) => named(name, () => db.transaction(name, work)),
  batch: (name, start) => named(name, () => db.batch(name, start)),
  tryBatch: (name, tried) => named(name, () => db.tryBatch(name, tried)),
});

interface Watched {
  stop: Stop;
  passing: () => Passing | undefined;
}

function stopping(real: Engine, { stop, passing }: Watched): Engine {
  const atomically: Engine['atomically'] = async (work) => {
    const transaction = passing();
    if (transaction === undefined) return real.atomically(work); // the platform's own, before it is open
    transaction.hasBegun = true;
    const at = (point: Point) => stop(point, transaction.name);
    await at('before-begin');
    const value = await real.atomically(async (run, time) => {
      const done = await work(stoppingAtFirstWrite(run, at), time);
      await at('before-commit');
      return done;
    });
    await at('after-commit');
    return value;
  };
  const together: Engine['together'] = (queries) =>
    atomically(async (run) => {
      const rows: unknown[][] = [];
      for (const query of queries) rows.push(await run(query));
      return rows;
    });
  return { ...real, atomically, together };
}

function stoppingAtFirstWrite(run: Reads['run'], at: (point: Point) => Promise<void> | undefined): Reads['run'] {
  let hasWritten = false;
  return async (query) => {
    const rows = await run(query);
    if (hasWritten || query.sql.startsWith('select')) return rows;
    hasWritten = true;
    await at('in-transaction');
    return rows;
  };
}

const calling = (outbound: Outbound, stop: Stop): Outbound => ({
  ...outbound,
  call: async (request) => {
    const { host } = new URL(request.url);
    await stop('before-call', host);
    const answer = await outbound.call(request);
    await stop('after-call', host);
    return answer;
  },
});
