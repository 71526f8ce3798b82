/** Stands between transactions and the database, and holds each transaction against the lock order. */
import type { CompiledQuery } from 'kysely';
import { currentTransaction } from '../../shared/platform/context.ts';
import type { Engine } from '../../shared/platform/database/transactions.ts';
import { isOurs } from './ours.ts';
import { LockedTransaction } from './transaction.ts';

/** Gives every breach to `tell`, in words that begin with the name of the transaction. */
export const lockRecorder =
  (tell: (breach: string) => void) =>
  (engine: Engine): Engine => ({
    ...engine,
    atomically: (work, ran) =>
      engine.atomically((run, at) => {
        let watched: LockedTransaction | undefined | null;
        const recorded = async <Row>(query: CompiledQuery<Row>): Promise<Row[]> => {
          const rows = await run(query);
          if (watched === undefined) watched = watchedOf(currentTransaction() ?? '', tell);
          watched?.note(query, rows);
          return rows;
        };
        return work(recorded, at);
      }, ran),
    together: async (queries, ran) => {
      const rows = await engine.together(queries, ran);
      const watched = watchedOf(currentTransaction() ?? '', tell);
      queries.forEach((query, i) => watched?.note(query, rows[i] ?? []));
      return rows;
    },
  });

/** Null: a test's own, which nobody holds against the order. */
const watchedOf = (name: string, tell: (breach: string) => void): LockedTransaction | null =>
  isOurs(name) ? new LockedTransaction(name, tell) : null;
