/**
 * Each transaction that writes leaves a mark in the table `commits`. So a lost answer to COMMIT can be settled exactly,
 * and for every verb alike: whoever asks inserts the same mark. While the first may still commit, that waits for its lock;
 * then it meets the mark, or it does not, and the first was undone. The mark of who asks is never kept: where that
 * answer is lost too, the next would take it for the first one's.
 */
import type { Clock } from '../../platform.ts';
import { isDuplicate, isTransient, UnknownOutcome } from '../faults.ts';
import { parameterOf } from './parameters.ts';
import type { Pool } from './pool.ts';
import { askIn, control, silent, type Part } from './request.ts';

export const insertMark = 'insert into "commits" ("id") values (@1)';
export const deleteMarks =
  'delete from "commits" where "id" in (select top (1000) "id" from "commits" where "id" < @1 order by "id")';

const withId = (sql: string, id: string): Part => ({ sql, parameters: [parameterOf(id, 'text')], shape: silent });

export const markOf = (id: string): Part => withId(insertMark, id);

/** Marks with ids below this one: nobody waits for their answers any more. */
export const marksBelow = (id: string): Part => withId(deleteMarks, id);

/** A database that fails over is back by then. */
const tries = 8;

/**
 * Whether the transaction of this mark has happened; after it says no, it never will. Throws {@link UnknownOutcome}
 * when the database cannot be asked for half a minute.
 */
export async function hasHappened(pool: Pool, mark: string, clock: Clock): Promise<boolean> {
  for (let tried = 1; ; tried++) {
    try {
      await askAlone(pool, control('begin transaction'), markOf(mark), control('rollback transaction'));
      return false;
    } catch (error) {
      if (isDuplicate(error)) return true;
      if (!isTransient(error) || tried >= tries)
        throw new UnknownOutcome('the answer to a COMMIT was lost, and the database could not be asked', {
          cause: error,
        });
      await clock.sleep(Math.min(8000, 250 * 2 ** tried));
    }
  }
}

/** One request on a connection of its own; gives the rows of its first statement. */
export async function askAlone(pool: Pool, ...parts: Part[]): Promise<unknown[]> {
  const session = await pool.lend();
  let isBroken = true;
  try {
    const [rows = []] = await askIn(session, parts);
    isBroken = false;
    return rows;
  } finally {
    session.release(isBroken);
  }
}
