/** What stands behind the wire: a SQLite database in memory that is asked in T-SQL. Writers come one after the other. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { SqlError, type Column, type Result } from '../tds/executor.ts';
import type { ColumnType, Value } from '../tds/values.ts';
import { inSqlite } from './rewrite.ts';
import { is, type Word } from './scan.ts';
import { Turns } from './turns.ts';

/** Errors of SQLite, and what SQL Server says in their place: a key, a unique index, no value, a rule. */
const numbers: Record<number, number> = { 1555: 2627, 2067: 2601, 1299: 515, 275: 547, 787: 547 };

const units: Record<string, number> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

const types: [declared: RegExp, type: ColumnType][] = [
  [/^nvarchar/i, 'nvarchar'],
  [/^datetime2/i, 'datetime2'],
  [/^(rowversion|varbinary)/i, 'varbinary'],
  [/^bit$/i, 'bit'],
  [/^int$/i, 'int'],
  [/^bigint$/i, 'bigint'],
  [/^float$/i, 'float'],
];

export class TwinDatabase {
  readonly raw = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true });
  /** Who may change something now. */
  readonly turns = new Turns();
  readonly #statements = new Map<string, StatementSync>();
  #version = 0;

  /** `time` is the server's clock, in milliseconds since 1970. */
  constructor(time: () => number) {
    const now = () => new Date(time()).toISOString();
    this.raw.function('sysutcdatetime', now);
    this.raw.function('dateadd', (unit, amount, at) => later(String(unit), amount, at));
    this.raw.function('isjson', { deterministic: true }, (text) => (isJson(text) ? 1 : 0));
    this.raw.function('next_rowversion', () => (this.#version += 1));
    this.raw.function('min_active_rowversion', () => this.#version + 1);
  }

  run(words: readonly Word[], parameters: ReadonlyMap<string, Value>): Result {
    if (addsConstraint(words)) return { columns: [], rows: [], count: 0 };
    try {
      return this.#run(inSqlite(words), parameters);
    } catch (error) {
      const number = numbers[(error as { errcode?: number }).errcode ?? 0];
      throw number === undefined ? error : new SqlError(number, (error as Error).message);
    }
  }

  #run(text: string, parameters: ReadonlyMap<string, Value>): Result {
    const statement = this.#prepared(text);
    const bound = Object.fromEntries([...parameters].map(([name, value]) => [`@${name}`, encoded(value)]));
    const described = statement.columns();
    if (described.length === 0) return { columns: [], rows: [], count: Number(statement.run(bound).changes) };
    const rows = statement.all(bound) as unknown as unknown[][]; // as setReturnArrays says
    const columns = described.map(({ name, type }, at): Column => ({
      name,
      type: typeOf(
        type,
        rows.map((row) => row[at]),
      ),
    }));
    return { columns, rows: rows.map((row) => row.map((value, at) => decoded(value, columns[at]?.type))) };
  }

  #prepared(text: string): StatementSync {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    const statement = this.raw.prepare(text);
    statement.setReturnArrays(true);
    statement.setAllowUnknownNamedParameters(true);
    this.#statements.set(text, statement);
    return statement;
  }
}

/** SQLite adds none to a table that is there; a new table keeps its own. */
const addsConstraint = (words: readonly Word[]): boolean =>
  is(words[0], 'alter') && words.some((word) => is(word, 'constraint'));

function later(unit: string, amount: SQLInputValue, at: SQLInputValue): string | null {
  if (amount === null || at === null) return null;
  return new Date(Date.parse(at as string) + Number(amount) * (units[unit] ?? Number.NaN)).toISOString();
}

function isJson(text: SQLInputValue): boolean {
  try {
    return typeof JSON.parse(text as string) === 'object';
  } catch {
    return false;
  }
}

const isTime = (value: unknown): boolean => typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);

/** By the column's declaration; of an expression by its values, and whole numbers as the largest type there is. */
function typeOf(declared: string | null, values: readonly unknown[]): ColumnType {
  const known = types.find(([pattern]) => pattern.test(declared ?? ''));
  if (known !== undefined) return known[1];
  const value = values.find((given) => given !== null);
  if (typeof value === 'number') return Number.isInteger(value) ? 'bigint' : 'float';
  return isTime(value) ? 'datetime2' : 'nvarchar';
}

/** A rowversion is eight bytes on the wire and a number here. */
function decoded(value: unknown, type: ColumnType | undefined): Value {
  if (type !== 'varbinary' || typeof value !== 'number') return value as Value; // what SQLite gives
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

function encoded(value: Value): SQLInputValue {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Number(Buffer.from(value).readBigUInt64BE());
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value; // numbers would be bound as fractions
}
