/**
 * Group commit: one writer runs the waiting transactions one after the other inside one BEGIN IMMEDIATE … COMMIT,
 * and settles them after the COMMIT. One fsync serves them all.
 *
 * Most transactions succeed, or fail before they have written: for these no savepoint is needed, and it would cost
 * a fifteenth of their time. When one fails that has written, the group is undone and run again, each in a savepoint.
 */
import type { StatementSync } from 'node:sqlite';
import type { CompiledQuery } from 'kysely';
import type { SqliteConnection } from './sqlite-connection.ts';
import { WaitedTooLong, Watch } from './watch.ts';

/** At most so many transactions share a commit, so that the event loop gets its turn. */
const groupSize = 256;
/** So many groups after one that had to be run again are run with savepoints from the start. */
const carefulGroups = 16;

export type Run = <Row>(query: CompiledQuery<Row>) => Promise<Row[]>;
type Work<T> = (run: Run) => Promise<T>;

interface Waiting {
  work: Work<unknown>;
  ran: (() => void) | undefined;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  settle?: () => void;
  /** Rejected for good: it would only wait too long again. */
  isOver?: boolean;
}

export class GroupCommit {
  readonly #connection: SqliteConnection;
  /** Prepared once: they run for each transaction. */
  readonly #marks: Record<'begin' | 'commit' | 'savepoint' | 'release', StatementSync>;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  /** The group whose BEGIN has no COMMIT yet. */
  #open: Promise<void> | undefined;
  #closed = false;
  /** Groups that are still to be run with savepoints. */
  #careful = 0;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
    const { raw } = connection;
    this.#marks = {
      begin: raw.prepare('BEGIN IMMEDIATE'),
      commit: raw.prepare('COMMIT'),
      savepoint: raw.prepare('SAVEPOINT member'),
      release: raw.prepare('RELEASE member'),
    };
  }

  /**
   * Runs `work` in the async context of whoever began the group: it brings its own along. `ran` is called when it has run
   * and before the COMMIT: whoever is woken by it joins the same group, and finds what `work` has written.
   */
  transaction<T>(work: Work<T>, ran?: () => void): Promise<T> {
    if (this.#closed) return Promise.reject(new Error('the database is closed'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, ran, resolve: resolve as (value: unknown) => void, reject });
      this.#running ??= this.#drain();
    });
  }

  /**
   * Reads on the same connection, between groups, so that what it sees is committed. A group hardly ever makes
   * a read wait: it comes to its end within one turn of the event loop.
   */
  async read<Row>(query: CompiledQuery<Row>): Promise<Row[]> {
    while (this.#open !== undefined) await this.#open;
    return this.#connection.run(query);
  }

  async close(): Promise<void> {
    this.#closed = true;
    while (this.#running !== undefined) await this.#running;
  }

  async #drain(): Promise<void> {
    // Requests that one turn of the event loop finds waiting are begun one after the other, each in its own microtasks.
    await endOfTurn();
    try {
      while (this.#waiting.length > 0) {
        this.#open = this.#commitGroup();
        await this.#open;
        this.#open = undefined;
        if (this.#waiting.length > 0) await endOfTurn();
      }
    } finally {
      this.#running = undefined;
    }
  }

  async #commitGroup(): Promise<void> {
    const { raw } = this.#connection;
    const group: Waiting[] = [];
    const watch = new Watch();
    const isCareful = this.#careful > 0;
    if (isCareful) this.#careful--;
    try {
      this.#marks.begin.run();
      while (this.#waiting.length > 0 && group.length < groupSize) {
        const next = this.#waiting.shift() as Waiting; // the loop's condition
        group.push(next);
        await (isCareful ? this.#runInSavepoint(next, watch) : this.#runBare(next, watch));
        if (this.#waiting.length === 0) await endOfMicrotasks();
      }
      this.#marks.commit.run();
    } catch (fault) {
      // Not one of the group has written anything; the writer goes on with the next group.
      if (raw.isTransaction) raw.exec('ROLLBACK');
      if (fault instanceof HalfDone) {
        this.#careful = carefulGroups;
        this.#waiting.unshift(...group.filter(({ isOver }) => isOver !== true));
        return;
      }
      if (group.length === 0) group.push(...this.#waiting.splice(0)); // BEGIN itself failed
      for (const waiting of group) waiting.reject(fault);
      return;
    } finally {
      watch.end();
    }
    for (const waiting of group) waiting.settle?.();
  }

  /** Keeps the outcome for after the COMMIT; throws only when the whole transaction is gone. */
  async #runInSavepoint(waiting: Waiting, watch: Watch): Promise<void> {
    this.#marks.savepoint.run();
    const { error } = await this.#run(waiting, watch);
    if (error !== undefined) this.#connection.raw.exec('ROLLBACK TO member');
    this.#marks.release.run();
  }

  /** The same without a savepoint; throws {@link HalfDone} when the whole transaction must be undone. */
  async #runBare(waiting: Waiting, watch: Watch): Promise<void> {
    const { error, hasWritten } = await this.#run(waiting, watch);
    if (error === undefined || !hasWritten) return;
    waiting.isOver = error instanceof WaitedTooLong;
    if (waiting.isOver) waiting.reject(error);
    throw new HalfDone();
  }

  async #run(waiting: Waiting, watch: Watch): Promise<Ran> {
    let open = true;
    let hasWritten = false;
    const run: Run = async (query) => {
      if (!open) throw new Error('a statement came after its transaction had ended');
      hasWritten ||= !query.sql.startsWith('select');
      return this.#connection.run(query);
    };
    try {
      const value = await watch.over(() => waiting.work(run));
      waiting.settle = () => waiting.resolve(value);
      waiting.ran?.();
      return { hasWritten };
    } catch (error) {
      // SQLITE_FULL, IOERR and NOMEM end the outer transaction too: nobody in the group has written anything.
      if (!this.#connection.raw.isTransaction) throw new Error('the database ended the transaction', { cause: error });
      waiting.settle = () => waiting.reject(error);
      return { hasWritten, error: error ?? new Error('a transaction threw nothing') };
    } finally {
      open = false;
    }
  }
}

const endOfTurn = (): Promise<void> => new Promise(setImmediate);

/** When whoever was woken has come as far as can be without a turn of the event loop. */
const endOfMicrotasks = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

/** How a member of a group went. */
interface Ran {
  hasWritten: boolean;
  error?: unknown;
}

/** A member failed after it had written, and there is no savepoint to go back to. */
class HalfDone extends Error {}
