/** How statements and transactions run on Azure SQL. */
import { newId } from '../../ids.ts';
import { retried } from '../retry.ts';
import type { Engine, Surroundings } from '../transactions.ts';
import { askAlone, hasHappened, marksBelow } from './commits.ts';
import { tsqlBuilder } from './dialect.ts';
import type { Pool } from './pool.ts';
import type { RecordSet, Session } from './session.ts';
import { askIn, control, inRequests, partOf, type Part, type ShapeOf } from './request.ts';
import { Unit } from './unit.ts';

/** With the time, which so costs no round trip of its own. */
export const begin = 'begin transaction;\nselect sysutcdatetime() as at;';
const commit = 'commit transaction;';
const undo = 'if @@trancount > 0 rollback transaction;';

/** Marks are deleted after an hour, once in so many transactions. */
const keptMilliseconds = 3_600_000;
const betweenDeletions = 500;

export function openEngine(pool: Pool, around: Surroundings): Engine {
  const { builder, shapeOf } = tsqlBuilder();
  const transactions = new Transactions(pool, around, shapeOf);
  return {
    builder,
    isNear: false,
    read: (query) => retried(around, () => askAlone(pool, partOf(query, shapeOf(query))) as Promise<never[]>), // its rows
    atomically: (work) => transactions.run(work),
    together: (queries) => transactions.together(queries.map((query) => partOf(query, shapeOf(query)))),
    close: () => pool.close(),
  };
}

class Transactions {
  readonly #pool: Pool;
  readonly #around: Surroundings;
  readonly #shapeOf: ShapeOf;
  #count = 0;

  constructor(pool: Pool, around: Surroundings, shapeOf: ShapeOf) {
    this.#pool = pool;
    this.#around = around;
    this.#shapeOf = shapeOf;
  }

  async run<T>(work: (run: Unit['run'], at: Date) => Promise<T>): Promise<T> {
    const { random } = this.#around;
    const session = await this.#pool.lend();
    const { value, unit, at } = await undoing(session, async () => {
      const at = timeIn(await session.say(begin));
      const unit = new Unit(session, newId('tx', at, random), this.#shapeOf);
      try {
        return { value: await unit.over(() => work(unit.run, at)), unit, at };
      } finally {
        await unit.end(); // before it is undone: what came later would stand by itself
      }
    });
    await this.#commit(session, unit);
    await this.#tidy(at);
    return value;
  }

  async #commit(session: Session, unit: Unit): Promise<void> {
    try {
      await session.say(commit);
      session.release();
    } catch (error) {
      session.release(true);
      const { hasWritten, mark } = unit;
      if (hasWritten && !(await hasHappened(this.#pool, mark, this.#around.clock))) throw error;
    }
  }

  async #tidy(at: Date): Promise<void> {
    this.#count += 1;
    if (this.#count % betweenDeletions !== 0) return;
    const before = new Date(at.getTime() - keptMilliseconds);
    // What cannot be deleted now is deleted the next time.
    await askAlone(this.#pool, marksBelow(newId('tx', before, this.#around.random))).catch(() => {});
  }

  async together(parts: readonly Part[]): Promise<unknown[][]> {
    const session = await this.#pool.lend();
    const rows = await undoing(session, () => askAtOnce(session, parts));
    session.release();
    return rows;
  }
}

/** BEGIN and COMMIT go along, unless there are more parameters than one request may have. */
async function askAtOnce(session: Session, parts: readonly Part[]): Promise<unknown[][]> {
  if (inRequests(parts).length < 2) {
    const rows = await askIn(session, [control('begin transaction'), ...parts, control(commit)]);
    return rows.slice(1, -1);
  }
  await session.say(begin);
  const rows = await askIn(session, parts);
  await session.say(commit);
  return rows;
}

/** Gives the connection back where something goes wrong, without what it had begun. */
async function undoing<T>(session: Session, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await session.say(undo).then(
      () => session.release(),
      () => session.release(true),
    );
    throw error;
  }
}

function timeIn([set]: readonly RecordSet[]): Date {
  const at = set?.rows[0]?.[0];
  if (!(at instanceof Date)) throw new Error('the database gives no time');
  return new Date(at.getTime());
}
