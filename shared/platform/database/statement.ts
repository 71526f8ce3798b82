/**
 * How a store says its SQL. A statement is built once with Kysely, compiled once for each database,
 * and then only bound: building it at each call cost more than running it.
 */
import { sql, type Compilable, type CompiledQuery, type Kysely, type RawBuilder } from 'kysely';
import type { Reads, Tx } from '../platform.ts';

/** Stands for a parameter while a statement is being built. */
class Placeholder {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

const placeholders = new Proxy({}, { get: (_, name) => new Placeholder(String(name)) });

type Build<Schema, P, Row> = (tables: Kysely<Schema>, p: P) => Compilable<Row>;

/**
 * The statements of one store over the tables it names; any other table is a type error.
 * `p` in a builder stands for the parameters of a call: use it as plain values, not in lists or conditions.
 */
export function store<Schema>() {
  const fixed = <P, Row>(build: Build<Schema, P, Row>) => {
    const compiled = new WeakMap<object, CompiledQuery<Row>>();
    return (on: Reads, parameters: P): Promise<Row[]> => {
      let query = compiled.get(on.builder);
      if (query === undefined) {
        query = build(on.builder as unknown as Kysely<Schema>, placeholders as P).compile(); // typed by the store
        compiled.set(on.builder, query);
      }
      const { sql, queryId, query: node } = query;
      return on.run({ sql, queryId, query: node, parameters: query.parameters.map((v) => bound(v, parameters)) });
    };
  };
  return {
    /** A query for many rows. */
    all: <P, Row>(build: Build<Schema, P, Row>) => fixed(build),
    /** A query for one row, or none. */
    first: <P, Row>(build: Build<Schema, P, Row>) => {
      const run = fixed(build);
      return async (on: Reads, parameters: P): Promise<Row | undefined> => (await run(on, parameters))[0];
    },
    /** A change; give it `returning` to learn which rows it hit. */
    change: <P, Row>(build: Build<Schema, P, Row>): ((tx: Tx, parameters: P) => Promise<Row[]>) => fixed(build),
    /** For statements whose shape depends on the input: build, `.compile()`, then `on.run()`. */
    tables: (on: Reads): Kysely<Schema> => on.builder as unknown as Kysely<Schema>, // typed by the store
  };
}

function bound<P>(value: unknown, parameters: P): unknown {
  return value instanceof Placeholder ? (parameters as Record<string, unknown>)[value.name] : value;
}

/** The database's time plus `seconds`, computed inside the statement; null gives null. */
export const now = <Seconds extends number | null = number>(
  seconds: Seconds | 0 = 0,
): RawBuilder<Seconds extends null ? null : Date> => sql`now_plus(${seconds})`;

/**
 * Updates a row, or inserts it where there is none yet. Where two can insert at once, one meets a unique key,
 * which is transient there, so that its transaction runs again and updates; SQLite has one writer.
 */
export async function upsert<P>(
  tx: Tx,
  parameters: P,
  statements: { update: (tx: Tx, p: P) => Promise<unknown[]>; insert: (tx: Tx, p: P) => Promise<unknown[]> },
): Promise<void> {
  if ((await statements.update(tx, parameters)).length === 0) await statements.insert(tx, parameters);
}
