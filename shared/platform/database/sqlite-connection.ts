/** One connection to a SQLite file: statements cached by their text, values converted in one place. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { CompiledQuery } from 'kysely';

type Decode = (value: unknown) => unknown;

/** A statement with what it takes to bind its values and read its rows. */
interface Prepared {
  statement: StatementSync;
  /** Which of its parameters are seconds from now. */
  isTime: boolean[];
  columns: Column[];
  /** What it returns of each row that it hits: the key that it was given. */
  key: Key | undefined;
}

interface Key {
  column: string;
  /** Which of its parameters. */
  at: number;
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
  readonly #time: () => number;
  /** Many statements run within a millisecond. */
  #last = { at: 0, text: new Date(0).toISOString() };
  readonly #cache = new Map<string, Prepared>();

  constructor(file: string, { readOnly = false, time }: ConnectionOptions) {
    this.raw = new DatabaseSync(file, { readOnly, enableForeignKeyConstraints: true, timeout: 5000 });
    if (!readOnly)
      this.raw.exec(
        'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY',
      );
    this.#time = time;
    this.raw.function('now_plus', (seconds) => this.#timeIn(seconds));
  }

  run<Row>({ sql, parameters }: Pick<CompiledQuery<Row>, 'sql' | 'parameters'>): Row[] {
    const { statement, isTime, columns, key } = this.#prepare(sql);
    const values = parameters.map((value, i) => (isTime[i] === true ? this.#timeIn(value) : this.#encode(value)));
    if (key !== undefined) {
      const row = { [key.column]: parameters[key.at] } as Row; // what the statement returns
      return Array.from({ length: Number(statement.run(...values).changes) }, () => row);
    }
    const rows = statement.all(...values) as unknown as unknown[][]; // as setReturnArrays says
    return rows.map((row) => rowOf<Row>(columns, row));
  }

  /** Rows come as arrays: the objects that the driver would make are slow to read and three times slower to copy. */
  #prepare(text: string): Prepared {
    let prepared = this.#cache.get(text);
    if (prepared === undefined) {
      const { sql, key } = withKnownKey(text);
      const { sql: bound, isTime } = withBoundTimes(sql);
      const statement = this.raw.prepare(bound);
      statement.setReturnArrays(true);
      prepared = { statement, isTime, columns: statement.columns().map(columnOf), key };
      this.#cache.set(text, prepared);
    }
    return prepared;
  }

  #timeIn(seconds: unknown): string | null {
    if (seconds === null) return null;
    return this.#textOf(this.#time() + Number(seconds) * 1000);
  }

  #encode(value: unknown): SQLInputValue {
    return value instanceof Date ? this.#textOf(value.getTime()) : encode(value);
  }

  #textOf(at: number): string {
    if (at !== this.#last.at) this.#last = { at, text: new Date(at).toISOString() };
    return this.#last.text;
  }
}

/**
 * `now_plus(?)` with the time itself as the parameter: a call out of SQLite costs more than most of a statement.
 * Those of a column's seconds stay calls. Text in quotes is passed over.
 */
export function withBoundTimes(text: string): { sql: string; isTime: boolean[] } {
  const isTime: boolean[] = [];
  const sql = text.replaceAll(/now_plus\(\?\)|\?|'[^']*'/g, (part) => {
    if (part.startsWith("'")) return part;
    isTime.push(part !== '?');
    return '?';
  });
  return { sql, isTime };
}

/** Reads what the compiler leaves in the place of `returning` a key (sqlite-dialect.ts). */
function withKnownKey(text: string): { sql: string; key: Key | undefined } {
  const [comment, column, at] = / \/\* returning "(\w+)" = \?(\d+) \*\/$/.exec(text) ?? [];
  if (comment === undefined || column === undefined) return { sql: text, key: undefined };
  return { sql: text.slice(0, -comment.length), key: { column, at: Number(at) - 1 } };
}

const columnOf = ({ name, type }: { name: string; type: string | null }): Column => ({
  name,
  decode: decoders[type ?? ''],
});

function rowOf<Row>(columns: Column[], values: unknown[]): Row {
  const row: Record<string, unknown> = {};
  for (let i = 0; i < columns.length; i++) {
    const { name, decode } = columns[i] as Column; // by the loop's condition
    const value = values[i];
    row[name] = value === null || decode === undefined ? value : decode(value);
  }
  return row as Row; // what the statement selects
}

function encode(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) return JSON.stringify(value);
  if (value === undefined) throw new TypeError('a statement was given undefined; say null, or give every parameter');
  return value as SQLInputValue;
}
