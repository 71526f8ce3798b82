/** The database as a process of Muster reaches it: each transaction and each read waits for its turn, and may fail. */
import type { CompiledQuery } from 'kysely';
import { currentTransaction } from '../../shared/platform/context.ts';
import { UnknownOutcome } from '../../shared/platform/database/faults.ts';
import type { Engine } from '../../shared/platform/database/transactions.ts';
import type { Reads } from '../../shared/platform/platform.ts';
import { writing } from './choice.ts';
import { plantedSqlite, type Faults } from './faults.ts';
import type { Boundary } from './boundary.ts';
import type { Past } from './past.ts';
import type { Poison } from './poison.ts';
import type { Scheduler } from './scheduler.ts';

export interface Reached {
  boundary: Boundary;
  faults: Faults;
  poison: Poison;
  past: Past;
  scheduler: Scheduler;
  isDiskFull: () => boolean;
  isCalm: () => boolean;
  /** Ends what the database has open. */
  rollBack: () => void;
  /** After each commit, before anybody knows of it. */
  committed: (name: string) => void;
}

const busy = 5;
const full = 13;
const broken = 10;

export const reached =
  (at: Reached) =>
  (engine: Engine): Engine => ({
    ...engine,
    read: async (query) => {
      await at.boundary.turn('reads');
      if (at.faults.happens('unread')) throw plantedSqlite('it can not be read', broken);
      return readIn(at, query) ?? engine.read(query);
    },
    atomically: async (work) => {
      let name = '';
      const swallow = at.poison.swallowing();
      const done = await once(at, { name: () => name }, () =>
        engine.atomically(async (run, now) => {
          const named: Reads['run'] = (query) => {
            name = currentTransaction() ?? '';
            const poisoned = swallow(name, query);
            return poisoned === undefined ? run(query) : Promise.reject(poisoned);
          };
          const value = await work(onDisk(at, named), now);
          failBefore(at);
          return value;
        }),
      );
      if (at.faults.happens('unknown')) throw new UnknownOutcome('planted: the answer to the commit was lost');
      return done;
    },
    together: async (queries) => {
      const name = () => currentTransaction() ?? '';
      if (at.isDiskFull()) throw plantedSqlite('the disk is full', full);
      const rows = await once(at, { name }, () => {
        failBefore(at);
        return engine.together(queries);
      });
      if (at.faults.happens('unknown')) throw plantedSqlite('the answer to a batch was lost', busy); // it runs again
      return rows;
    },
  });

/** What was there some transactions ago, where whoever reads it does not know better. */
function readIn<Row>({ past, faults, scheduler: { who } }: Reached, query: CompiledQuery<Row>): Row[] | undefined {
  const found = faults.happens('stale') ? past.read(who, query) : undefined;
  if (found === undefined) past.reads(who);
  return found;
}

/** The name of a transaction is known once it runs. */
async function once<T>(
  { boundary, committed, past, faults, isCalm, scheduler: { who } }: Reached,
  { name }: { name: () => string },
  run: () => Promise<T>,
): Promise<T> {
  await boundary.turn(writing);
  const value = await boundary.busy(run);
  if (isCalm()) past.end();
  else past.committed(who, faults.of('stale'));
  committed(name());
  await boundary.turn(`has committed ${name()}`);
  return value;
}

/** Some faults pass by themselves, so that the transaction runs again. */
function failBefore({ faults }: Reached): void {
  if (!faults.happens('undone')) return;
  throw faults.of('undone').chance(0.5)
    ? plantedSqlite('the database is busy', busy)
    : plantedSqlite('it could not be written', broken);
}

/** A full disk ends the outer transaction too. */
const onDisk =
  ({ isDiskFull, rollBack }: Reached, run: Reads['run']): Reads['run'] =>
  (query) => {
    if (!isDiskFull() || query.sql.startsWith('select')) return run(query);
    rollBack();
    return Promise.reject(plantedSqlite('the disk is full', full));
  };
