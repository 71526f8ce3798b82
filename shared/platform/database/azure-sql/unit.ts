/** One transaction on one connection. */
import type { CompiledQuery } from 'kysely';
import { markOf } from './commits.ts';
import type { Session } from './session.ts';
import { Watch } from '../watch.ts';
import { askIn, partOf, type ShapeOf } from './request.ts';

interface Asked {
  query: CompiledQuery;
  resolve: (rows: unknown[]) => void;
  reject: (error: unknown) => void;
}

/** Statements that are asked for in one turn, such as by `Promise.all`, go as one request. */
export class Unit {
  readonly #session: Session;
  readonly #shapeOf: ShapeOf;
  /** Stands in the table `commits` once something was written. */
  readonly mark: string;
  hasWritten = false;
  #waiting: Asked[] = [];
  #sending: Promise<void> | undefined;
  #isOver = false;
  readonly #watch = new Watch(() => this.#sending !== undefined);
  /** The first fault of a request: with it the server has ended the transaction. */
  #fault: { error: unknown } | undefined;

  constructor(session: Session, mark: string, shapeOf: ShapeOf) {
    this.#session = session;
    this.mark = mark;
    this.#shapeOf = shapeOf;
  }

  run = <Row>(query: CompiledQuery<Row>): Promise<Row[]> => {
    if (this.#isOver) return Promise.reject(new Error('a statement came after its transaction had ended'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ query, resolve: resolve as (rows: unknown[]) => void, reject });
      this.#sending ??= this.#send();
    });
  };

  /** Runs `work`, which may wait long for the server and not for anything else. */
  over<T>(work: () => Promise<T>): Promise<T> {
    return this.#watch.over(work);
  }

  /** Takes no more statements, and waits for those that nobody has waited for. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#sending;
    this.#watch.end();
  }

  async #send(): Promise<void> {
    await Promise.resolve(); // those who came in the same turn go along
    while (this.#waiting.length > 0) await this.#ask(this.#waiting.splice(0));
    this.#sending = undefined;
    this.#watch.again();
  }

  async #ask(asked: readonly Asked[]): Promise<void> {
    try {
      if (this.#fault !== undefined) throw this.#fault.error;
      const parts = asked.map(({ query }) => partOf(query, this.#shapeOf(query)));
      const marks = !this.hasWritten && parts.some(({ shape }) => shape.writes) ? [markOf(this.mark)] : [];
      this.hasWritten ||= marks.length > 0;
      const rows = await askIn(this.#session, [...marks, ...parts]);
      asked.forEach(({ resolve }, at) => resolve(rows[at + marks.length] ?? []));
    } catch (error) {
      this.#fault ??= { error };
      for (const { reject } of asked) reject(error);
    }
  }
}
