/** One connection's share of the database: its transaction, and what it may do without one. */
import { SqlError, type Result, type Session } from '../tds/executor.ts';
import type { Value } from '../tds/values.ts';
import type { TwinDatabase } from './database.ts';
import { is, scan, statementsOf, type Word } from './scan.ts';

export class TwinSession implements Session {
  readonly #database: TwinDatabase;
  /** Of an open transaction: gives the turn on. */
  #end: (() => void) | undefined;

  constructor(database: TwinDatabase) {
    this.#database = database;
  }

  get isOpen(): boolean {
    return this.#end !== undefined;
  }

  async execute(text: string, parameters: ReadonlyMap<string, Value>, signal: AbortSignal): Promise<Result[]> {
    const results: Result[] = [];
    for (const words of statementsOf(scan(text))) {
      if (isControl(words)) await this.#control(words, signal);
      else if (is(words[0], 'if')) await this.rollback();
      else if (!is(words[0], 'set')) results.push(await this.#run(words, parameters, signal));
    }
    return results;
  }

  async begin(signal: AbortSignal): Promise<void> {
    if (this.#end !== undefined) throw new SqlError(50_001, 'a transaction inside a transaction');
    this.#end = await this.#database.turns.take(signal);
    this.#database.raw.exec('BEGIN');
  }

  async commit(): Promise<void> {
    this.#close('COMMIT');
  }

  async rollback(): Promise<void> {
    if (this.#end !== undefined) this.#close('ROLLBACK');
  }

  #close(how: 'COMMIT' | 'ROLLBACK'): void {
    const end = this.#end;
    if (end === undefined) throw new SqlError(3902, 'there is no transaction to end');
    this.#database.raw.exec(how);
    this.#end = undefined;
    end();
  }

  async #control([word]: readonly Word[], signal: AbortSignal): Promise<void> {
    if (is(word, 'begin')) await this.begin(signal);
    else this.#close(is(word, 'commit') ? 'COMMIT' : 'ROLLBACK');
  }

  /** Outside a transaction nobody sees what others have not committed. */
  async #run(words: readonly Word[], parameters: ReadonlyMap<string, Value>, signal: AbortSignal): Promise<Result> {
    if (this.#end !== undefined || !words.some(touchesTables)) return this.#database.run(words, parameters);
    const end = await this.#database.turns.take(signal);
    try {
      return this.#database.run(words, parameters);
    } finally {
      end();
    }
  }
}

const touchesTables = (word: Word): boolean => is(word, 'from', 'into', 'update', 'create');

const isControl = ([first, second]: readonly Word[]): boolean =>
  is(first, 'commit', 'rollback') || (is(first, 'begin') && is(second, 'tran', 'transaction'));
