/** A road on which much goes wrong. */
import { expect } from 'vitest';
import { checkRecord } from '../../../shared/insights/check-record.ts';
import { recordInDatabase } from '../../../shared/insights/record-source.ts';
import { isTransient, UnknownOutcome } from '../../../shared/platform/database/faults.ts';
import { seededRandom } from '../../world/random.ts';
import type { Failing, Moment, Target } from '../tds/faults.ts';
import { patient } from './desk.ts';
import { transient } from './orders.ts';
import { openSqlTown, type SqlTown } from './town.ts';

/** At a connect the driver itself waits before it tries again after most numbers. */
const quickToPass: Failing[] = [926, 49_919, 'reset'];

/** Anything, anywhere, in about one request of ten. */
function muchGoesWrong(sql: SqlTown, seed: number): () => void {
  const random = seededRandom(seed);
  const upTo = (most: number): number => Math.floor(random.fraction() * most);
  const one = <Value>(values: readonly Value[]): Value => values[upTo(values.length)] as Value; // within
  const places: [on: Target, apart: number, when: Moment[]][] = [
    ['begin', 16, ['before', 'after']],
    ['statement', 24, ['before', 'after', 'mid']],
    ['commit', 12, ['before', 'after']],
    ['connect', 6, ['before', 'after']],
  ];
  const ordered = places.flatMap(([on, apart, when]) => {
    let skip = 0;
    return Array.from({ length: 60 }, () => {
      skip += upTo(apart);
      const how = one<Failing>(on === 'connect' ? quickToPass : [...transient, 'reset']);
      return sql.twin.faults.order({ on, when: one(when), how, closes: random.fraction() < 0.5, skip });
    });
  });
  return () => {
    for (const { withdraw } of ordered) withdraw();
    const met = ordered.reduce((sum, order) => sum + order.met, 0);
    expect(met).toBeGreaterThan(30);
  };
}

/** As a client does that is told to come again; and as a queue does. */
async function persistently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (!(isTransient(error) || error instanceof UnknownOutcome) || tries > 20) throw error;
    }
  }
}

/** Every acknowledged job reaches its end once faults stop, nothing stays reserved, and the record verifies. */
export async function everyJobEnds(seed: number): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const sql = await openSqlTown({ patience: patient });
  opened.defer(sql.close);
  const { town } = sql;
  const calm = muchGoesWrong(sql, seed);
  const ids: string[] = [];
  for (let at = 0; at < 4; at++) ids.push(await persistently(() => town.submit({}, { key: `job-${at}` })));
  for (let round = 0; round < 12; round++) {
    if (round === 8) calm();
    await oneRound(sql, ids);
  }
  for (const id of ids) expect(await town.state(id)).toBe('succeeded');
  const budgets = await town.sql<{ reserved_micros: number }>('select reserved_micros from budgets');
  expect(budgets.filter(({ reserved_micros }) => reserved_micros !== 0)).toEqual([]);
  expect(await checkRecord(recordInDatabase(town.platform.db.read, town.platform.sealer))).toMatchObject({ bad: null });
}

async function oneRound({ town }: SqlTown, ids: readonly string[]): Promise<void> {
  await persistently(() => town.sweep());
  for (const id of ids) {
    for (const voter of ['hanna', 'hugo']) await town.vote(id, voter).catch(refusedOrPassing);
  }
  await persistently(() => town.settle());
  await persistently(() => town.work({ input_tokens: 700, output_tokens: 100 })).catch(refusedOrPassing);
  await persistently(() => town.pass(31));
}

/** Votes that are in already, or come too early or too late, and what the next round tries again. */
function refusedOrPassing(error: unknown): void {
  if (isTransient(error) || error instanceof UnknownOutcome) return;
  if (!(error instanceof Error) || error.name !== 'Refusal') throw error;
}
