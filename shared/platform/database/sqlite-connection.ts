/** One connection to a SQLite file: statements cached by their text, values converted in one place. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { CompiledQuery } from 'kysely';

type Decode = (value: unknown) => unknown;

/** A statement with what it takes to read its rows. */
interface Prepared {
  statement: StatementSync;
  columns: Column[];
}

interface Column {
  name: string;
  decode: Decode | undefined;
}

/** Declared column types (docs/decisions/values-in-sqlite.md) and what their values become. */
const decoders: Record<string, Decode> = {
  TEXT_TIME: (value) => new Date(value as string),
  INTEGER_BOOLEAN: (value) => value !== 0,
  TEXT_JSON: (value): unknown => JSON.parse(value as string),
};

export interface ConnectionOptions {
  readOnly?: boolean;
  /** The database's clock, in milliseconds since 1970; tests move it. */
  time: () => number;
}

export class SqliteConnection {
  readonly raw: DatabaseSync;
  readonly #cache = new Map<string, Prepared>();

  constructor(file: string, { readOnly = false, time }: ConnectionOptions) {
    this.raw = new DatabaseSync(file, { readOnly, enableForeignKeyConstraints: true, timeout: 5000 });
    if (!readOnly)
      this.raw.exec(
        'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32000; PRAGMA temp_store = MEMORY',
      );
    this.raw.function('now_plus', (seconds) =>
      seconds === null ? null : new Date(time() + Number(seconds) * 1000).toISOString(),
    );
  }

  run<Row>(query: CompiledQuery<Row>): Row[] {
    const { statement, columns } = this.#prepare(query.sql);
    const rows = statement.all(...query.parameters.map(encode)) as unknown as unknown[][]; // as setReturnArrays says
    return rows.map((values) => rowOf<Row>(columns, values));
  }

  /** Rows come as arrays: the objects that the driver would make are slow to read and three times slower to copy. */
  #prepare(text: string): Prepared {
    let prepared = this.#cache.get(text);
    if (prepared === undefined) {
      const statement = this.raw.prepare(text);
      statement.setReturnArrays(true);
      prepared = { statement, columns: statement.columns().map(columnOf) };
      this.#cache.set(text, prepared);
    }
    return prepared;
  }
}

const columnOf = ({ name, type }: { name: string; type: string | null }): Column => ({
  name,
  decode: decoders[type ?? ''],
});

function rowOf<Row>(columns: Column[], values: unknown[]): Row {
  const row: Record<string, unknown> = {};
  for (const [i, { name, decode }] of columns.entries()) {
    const value = values[i];
    row[name] = value === null || decode === undefined ? value : decode(value);
  }
  return row as Row; // what the statement selects
}

function encode(value: unknown): SQLInputValue {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) return JSON.stringify(value);
  if (value === undefined) throw new TypeError('a statement was given undefined; say null, or give every parameter');
  return value as SQLInputValue;
}
