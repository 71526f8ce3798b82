/** Money under concurrency: never a cent reserved too much (row 14 of the proof). */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { commit, monthScope, release, reserve } from '../../shared/budgets/reserve.ts';
import { findBudget } from '../../shared/budgets/store.ts';
import { Refusal } from '../../shared/outcomes.ts';
import { storedJob } from '../jobs/a-job.ts';
import { openWorld, type World } from '../world.ts';

const march = { scope: monthScope, period: '2026-03' };
const deployments = (world: World, count: number) =>
  Promise.all(Array.from({ length: count }, async () => (await storedJob(world)).deployment_id));

/** Whether it was granted, never past the limit; anything but a refusal for want of room is thrown. */
async function granted(world: World, deployment_id: string, micros: number): Promise<boolean> {
  try {
    await world.platform.db.transaction('reserve', async (tx) => {
      await reserve(tx, deployment_id, micros);
      const { limit_micros = 0, reserved_micros = 0, spent_micros = 0 } = (await findBudget(tx, march)) ?? {};
      expect(reserved_micros + spent_micros).toBeLessThanOrEqual(limit_micros);
    });
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'budget_exhausted') return false; // what the test counts
    throw error;
  }
}

it('1,000 reservations at once with room for 400 get exactly 400', async () => {
  const world = await openWorld({ MONTHLY_BUDGET_USD: '100' });
  const ids = await deployments(world, 1000);
  const answers = await Promise.all(ids.map((id) => granted(world, id, 250_000)));
  expect(answers.filter(Boolean)).toHaveLength(400);
  expect(await findBudget(world.platform.db.read, march)).toMatchObject({
    reserved_micros: 100_000_000,
    spent_micros: 0,
  });
  await world.close();
});

it('a planted reservation that reads first and writes later is caught: it grants too many', async () => {
  const world = await openWorld({ MONTHLY_BUDGET_USD: '100' });
  const ids = await deployments(world, 20);
  await granted(world, ids[0] ?? '', 90_000_000);
  const seen = await Promise.all(ids.slice(1).map(() => findBudget(world.platform.db.read, march)));
  const would = seen.filter((row) => row !== undefined && row.reserved_micros + 10_000_000 <= row.limit_micros);
  const answers = await Promise.all(ids.slice(1).map((id) => granted(world, id, 10_000_000)));
  expect([would.length, answers.filter(Boolean).length]).toEqual([19, 1]);
  await world.close();
});

/** What deployments do at once: reserve, report a total, end. */
const lives = fc.array(
  fc.record({ ceiling: fc.nat(300_000), reports: fc.array(fc.nat(400_000), { maxLength: 4 }), ends: fc.boolean() }),
  { minLength: 1, maxLength: 25 },
);

it('any lives side by side never reserve past the limit, and leave what they spent and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(lives, async (all) => {
      const world = await openWorld({ MONTHLY_BUDGET_USD: '1' });
      const ids = await deployments(world, all.length);
      const left = await Promise.all(
        all.map(async ({ ceiling, reports, ends }, index) => {
          const id = ids[index] ?? '';
          if (!(await granted(world, id, ceiling))) return { reserved: 0, spent: 0 };
          const spent = Math.max(0, ...reports);
          for (const report of reports) await world.platform.db.transaction('commit', (tx) => commit(tx, id, report));
          if (ends) await world.platform.db.transaction('release', (tx) => release(tx, id));
          return { reserved: ends ? 0 : Math.max(0, ceiling - spent), spent };
        }),
      );
      const row = await findBudget(world.platform.db.read, march);
      const sum = (of: 'reserved' | 'spent') => left.reduce((total, one) => total + one[of], 0);
      expect(row?.reserved_micros ?? 0).toBe(sum('reserved'));
      expect(row?.spent_micros ?? 0).toBe(sum('spent'));
      expect(row?.reserved_micros ?? 0).toBeLessThanOrEqual(1_000_000);
      await world.close();
    }),
    { numRuns: 40 },
  );
});
