/**
 * Moments between a transaction, its bells and calls outward, named so that a test can end the process there. Where
 * nobody gives a {@link Stop}, nothing of this is in the way.
 */
import type { Engine } from './database/transactions.ts';
import type { Outbound } from './outbound/outbound.ts';
import type { Reads } from './platform.ts';

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

interface Passing<T> {
  name: string;
  stop: Stop;
  /** The whole transaction, its bells included. */
  run: (engine: Engine) => Promise<T>;
}

/** A transaction past its points. */
export async function pastPoints<T>(engine: Engine, { name, stop, run }: Passing<T>): Promise<T> {
  await stop('before-begin', name);
  const value = await run(stopping(engine, (point) => stop(point, name)));
  await stop('after-ring', name);
  return value;
}

function stopping(engine: Engine, at: (point: Point) => Promise<void> | undefined): Engine {
  const atomically: Engine['atomically'] = async (work) => {
    const value = await engine.atomically(async (run, time) => {
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
  return { ...engine, atomically, together };
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

/** Calls outward past their points. */
export const callingPastPoints = (outbound: Outbound, stop: Stop): Outbound => ({
  call: async (request) => {
    const { host } = new URL(request.url);
    await stop('before-call', host);
    const answer = await outbound.call(request);
    await stop('after-call', host);
    return answer;
  },
  close: () => outbound.close(),
});
