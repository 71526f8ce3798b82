/** Statements said otherwise than the stores say them, without a change of the stores. */
import { CompiledQuery } from 'kysely';
import { currentTransaction } from '../../../shared/platform/context.ts';
import type { Engine } from '../../../shared/platform/database/transactions.ts';
import type { Plant } from '../around.ts';

/** What is asked in a statement's place, and what becomes of the rows that it gives. */
interface Otherwise {
  /** Undefined: nothing is asked. */
  query: CompiledQuery | undefined;
  rows?: (rows: object[]) => object[];
}

/** Undefined: it stays as it is. */
export type Saying = (query: CompiledQuery, transaction: string) => Otherwise | undefined;

/** Each statement as `say` says it. */
export const saying = (say: Saying): Plant => ({ engine: (engine) => said(engine, say) });

/** A part of the statements that have it left out, with the values that belong to it. */
export const leavingOut = (transaction: string | undefined, start: string, part: string): Plant =>
  saying((query, name) => {
    const isMeant = query.sql.startsWith(start) && query.sql.includes(part) && (transaction ?? name) === name;
    return isMeant ? { query: without(query, part) } : undefined;
  });

/** Statements that begin so are never asked, and seem to have changed one row. */
export const neverAsking = (transaction: string, start: string): Plant =>
  saying(({ sql }, name) =>
    sql.startsWith(start) && name === transaction ? { query: undefined, rows: () => [{}] } : undefined,
  );

/** The statement with other words, and the values that belonged to those it had left out. */
export function reworded({ sql, parameters }: CompiledQuery, part: string, words: string): CompiledQuery {
  const before = marks(sql.slice(0, sql.indexOf(part)));
  return CompiledQuery.raw(sql.replace(part, words), parameters.toSpliced(before, marks(part)));
}

const without = (query: CompiledQuery, part: string): CompiledQuery => reworded(query, part, '');
const marks = (text: string): number => text.split('?').length - 1;

function said(engine: Engine, say: Saying): Engine {
  const otherwise = (query: CompiledQuery): Otherwise => say(query, currentTransaction() ?? '') ?? { query };
  return {
    ...engine,
    read: async <Row>(query: CompiledQuery<Row>) => {
      const { query: other, rows = (found) => found } = otherwise(query);
      return rows(other === undefined ? [] : await engine.read<object>(other)) as Row[];
    },
    atomically: (work) =>
      engine.atomically((run, at) =>
        work(async <Row>(query: CompiledQuery<Row>) => {
          const { query: other, rows = (found) => found } = otherwise(query);
          return rows(other === undefined ? [] : await run(other as CompiledQuery<object>)) as Row[];
        }, at),
      ),
    together: async (queries) => {
      const others = queries.map(otherwise);
      const found = (await engine.together(others.flatMap(({ query }) => query ?? []))).values();
      return others.map(({ query, rows = (same) => same }) =>
        rows(query === undefined ? [] : ((found.next().value ?? []) as object[])),
      );
    },
  };
}
