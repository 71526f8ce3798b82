/**
 * Reads of one turn of the event loop share one snapshot of the file: beginning one for each read cost
 * twice the read itself (locks of the write-ahead log). A commit of this process ends it, so that whoever
 * awaited the commit reads what it wrote.
 */
import type { CompiledQuery } from 'kysely';
import type { SqliteConnection } from './sqlite-connection.ts';

export class TurnSnapshot {
  readonly #connection: SqliteConnection;
  #open = false;

  /** The connection is for reads outside transactions, and for nothing else. */
  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  run<Row>(query: CompiledQuery<Row>): Row[] {
    if (!this.#open) {
      this.#connection.raw.exec('BEGIN');
      this.#open = true;
      setImmediate(() => this.end());
    }
    return this.#connection.run(query);
  }

  end(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#connection.raw.exec('COMMIT');
  }

  close(): void {
    this.end();
    this.#connection.raw.close();
  }
}
