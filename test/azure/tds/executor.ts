/** What stands behind the wire: runs statements. The server knows nothing of SQL. */
import type { ColumnType, Value } from './values.ts';

export interface Column {
  name: string;
  type: ColumnType;
}

/** What one statement of a batch gives: rows, or how many it hit. */
export interface Result {
  columns: Column[];
  rows: Value[][];
  /** Of a statement without rows. */
  count?: number;
}

/** One connection's share. What it has open is undone when the connection ends. */
export interface Session {
  /** Whether a transaction has begun that has not ended. */
  readonly isOpen: boolean;
  execute(text: string, parameters: ReadonlyMap<string, Value>, signal: AbortSignal): Promise<Result[]>;
  begin(signal: AbortSignal): Promise<void>;
  commit(): Promise<void>;
  /** Undoes what is open; nothing where nothing is. */
  rollback(): Promise<void>;
}

export type Executor = () => Session;

/** An error of SQL Server, by its number. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  readonly number: number;
  constructor(number: number, message = `error ${number}`) {
    super(message);
    this.number = number;
  }
}
