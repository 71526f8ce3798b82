/** What stands behind the wire for tests of transactions: it keeps lines, and the marks of those who wrote them. */
import { schemaFiles } from '../../docs/generate/tsql-schema.ts';
import { SqlError, type Result, type Session } from './tds/executor.ts';
import { startStandIn, type StandIn } from './tds/server.ts';
import type { Value } from './tds/values.ts';

interface Written {
  lines: string[];
  marks: string[];
}

interface Kept extends Written {
  migrations: string[];
}

export interface Ledger extends StandIn {
  /** What is committed. */
  kept: Kept;
}

const quiet: Result = { columns: [], rows: [], count: 1 };
const said = (name: string, values: Value[], type: 'nvarchar' | 'datetime2' | 'bigint' = 'nvarchar'): Result => ({
  columns: [{ name, type }],
  rows: values.map((value) => [value]),
});

/** `time` is the server's clock, in milliseconds since 1970. */
export async function openLedger(time: () => number): Promise<Ledger> {
  const kept: Kept = { lines: [], marks: [], migrations: schemaFiles() };
  const standIn = await startStandIn(
    () => new Entry(kept, time),
    ({ user, password, token }) => (password === 'right' || token === 'valid' ? undefined : `Login failed for ${user}`),
  );
  return { ...standIn, kept };
}

class Entry implements Session {
  readonly #kept: Kept;
  readonly #time: () => number;
  #open: Written | undefined;

  constructor(kept: Kept, time: () => number) {
    this.#kept = kept;
    this.#time = time;
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  async execute(text: string, parameters: ReadonlyMap<string, Value>): Promise<Result[]> {
    try {
      const statements = text.split(/;\s*/).filter((statement) => statement !== '');
      return statements.flatMap((statement) => this.#one(statement, parameters));
    } catch (error) {
      this.#open = undefined; // XACT_ABORT
      throw error;
    }
  }

  async begin(): Promise<void> {
    throw new SqlError(102, 'transactions begin in text');
  }

  async commit(): Promise<void> {
    throw new SqlError(102, 'transactions end in text');
  }

  async rollback(): Promise<void> {
    this.#open = undefined;
  }

  #one(statement: string, parameters: ReadonlyMap<string, Value>): Result[] {
    const value = String(parameters.get(/@(\d+)/.exec(statement)?.[1] ?? ''));
    const control = this.#control(statement);
    if (control !== undefined) return control;
    if (statement.startsWith('select "name" from "migrations"')) return [this.#applied(value)];
    if (statement === 'select sysutcdatetime() as at') return [said('at', [new Date(this.#time())], 'datetime2')];
    if (statement.startsWith('insert into "commits"')) return this.#mark(value);
    if (statement.startsWith('delete from "commits"')) return this.#forget(value);
    if (statement.startsWith('insert into lines')) return this.#write(value);
    if (statement === 'select line from lines') return [said('line', this.#lines())];
    if (statement === 'select beyond') return [said('beyond', [2n ** 53n], 'bigint')];
    throw new SqlError(102, `what is ${statement}?`);
  }

  /** Undefined for what is not of a transaction. */
  #control(statement: string): Result[] | undefined {
    if (statement === 'begin transaction') this.#open = { lines: [], marks: [] };
    else if (statement === 'commit transaction') this.#end();
    else if (/^(if @@trancount|rollback)/.test(statement)) this.#open = undefined;
    else return undefined;
    return [];
  }

  #end(): void {
    if (this.#open === undefined) throw new SqlError(3902, 'there is no transaction to end');
    this.#kept.lines.push(...this.#open.lines);
    this.#kept.marks.push(...this.#open.marks);
    this.#open = undefined;
  }

  #applied = (wanted: string): Result =>
    said(
      'name',
      this.#kept.migrations.filter((name) => name === wanted),
    );

  #lines = (): string[] => [...this.#kept.lines, ...(this.#open?.lines ?? [])];

  #write(line: string): Result[] {
    if (this.#lines().includes(line)) throw new SqlError(2627, `there is ${line} already`);
    (this.#open ?? this.#kept).lines.push(line);
    return [quiet];
  }

  #mark(id: string): Result[] {
    if (this.#kept.marks.includes(id)) throw new SqlError(2627, `there is ${id} already`);
    (this.#open ?? this.#kept).marks.push(id);
    return [quiet];
  }

  #forget(below: string): Result[] {
    this.#kept.marks = this.#kept.marks.filter((id) => id >= below);
    return [quiet];
  }
}
