/**
 * How a store says its SQL. A statement is built once with Kysely, compiled once for each database,
 * and then only bound: building it at each call cost more than running it.
 */
import { sql, type Compilable, type CompiledQuery, type Kysely, type RawBuilder } from 'kysely';
import type { Reads, Tx, Writes } from '../platform.ts';

/** Stands for a parameter while a statement is being built. */
export class Placeholder {
  readonly name: string;
  /** Of which member of a list; undefined: of the parameters themselves. */
  readonly of: number | undefined;
  constructor(name: string, of?: number) {
    this.name = name;
    this.of = of;
  }
}

const placeholders = (of?: number): object => new Proxy({}, { get: (_, name) => new Placeholder(String(name), of) });

/** Longer lists are rare, and what is kept of a statement takes memory for each of its values. */
const longestKept = 16;

type Build<Schema, P, Row> = (tables: Kysely<Schema>, p: P) => Compilable<Row>;
type BuildList<Schema, Item, Row> = (tables: Kysely<Schema>, items: Item[]) => Compilable<Row>;

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
        query = build(on.builder as unknown as Kysely<Schema>, placeholders() as P).compile(); // typed by the store
        compiled.set(on.builder, query);
      }
      const { sql, queryId, query: node } = query;
      return on.run({ sql, queryId, query: node, parameters: query.parameters.map((v) => bound(v, parameters)) });
    };
  };
  const tables = (on: Reads): Kysely<Schema> => on.builder as unknown as Kysely<Schema>; // typed by the store
  const listed = <Item, Row>(build: BuildList<Schema, Item, Row>, standIn: (at: number) => unknown) => {
    const kept = Array.from({ length: longestKept + 1 }, (_, length) =>
      fixed<readonly Item[], Row>((q) =>
        build(
          q,
          Array.from({ length }, (__, at) => standIn(at) as Item),
        ),
      ),
    );
    return async (on: Reads, items: readonly Item[]): Promise<Row[]> => {
      if (items.length === 0) return [];
      return kept[items.length]?.(on, items) ?? on.run(build(tables(on), [...items]).compile());
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
    change: <P, Row>(build: Build<Schema, P, Row>): ((tx: Writes, parameters: P) => Promise<Row[]>) => fixed(build),
    /** A query over a list of plain values, built once for each short length; of an empty list, nothing. */
    among: <Value, Row>(build: BuildList<Schema, Value, Row>) => listed(build, (at) => new Placeholder(String(at))),
    /** The same for a list of rows to write: name each column, the rows may be stand-ins. */
    rows: <Item, Row>(build: BuildList<Schema, Item, Row>): ((tx: Writes, items: readonly Item[]) => Promise<Row[]>) =>
      listed(build, placeholders),
    /** For statements whose shape depends on the input: build, `.compile()`, then `on.run()`. */
    tables,
  };
}

function bound<P>(value: unknown, parameters: P): unknown {
  if (!(value instanceof Placeholder)) return value;
  const all = parameters as Record<string, unknown>;
  return value.of === undefined ? all[value.name] : (all[value.of] as Record<string, unknown>)[value.name];
}

/** The database's time plus `seconds`, computed inside the statement; null gives null. */
export const now = <Seconds extends number | null = number>(
  seconds: Seconds | 0 = 0,
): RawBuilder<Seconds extends null ? null : Date> => sql`now_plus(${seconds})`;

/**
 * Whether all rows below this cursor are there: where writers run side by side, one may commit after another whose
 * cursor is higher.
 */
export const isSettled = (cursor: string): RawBuilder<boolean> => sql`is_settled(${sql.ref(cursor)})`;

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
