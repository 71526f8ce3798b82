import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { putBudget } from '../../shared/budgets/set.ts';
import { deleteTool } from '../../shared/tools/delete-tool.ts';
import { admin, openTown, type Asked, type Town } from './town.ts';

let town: Town;
beforeEach(async () => {
  town = await openTown();
});
afterEach(() => town.close());

const budget = async (limit_usd: number) => {
  await putBudget(town.platform, admin, { scope: 'month', limit_usd });
  await town.settle();
};

describe('jobs that wait for a budget', () => {
  /** Approved one by one, and blocked, because there is no money. */
  async function waiting(asked: Asked[]): Promise<string[]> {
    for (const head of ['mia', 'max']) await town.head(head, { category: 'art' });
    await town.person('paula', 'approver');
    await town.head('horst');
    await town.settle();
    await budget(0);
    const ids: string[] = [];
    for (const more of asked) {
      const id = await town.submitted({ max_budget_usd: 1, ...more });
      await town.approve(id, more.category === 'art' ? ['mia', 'max'] : undefined);
      await town.world.advance(1);
      ids.push(id);
    }
    expect(await at(ids)).toEqual(ids.map(() => 'blocked'));
    return ids;
  }
  const at = (ids: string[]) => Promise.all(ids.map(town.state));

  test('go on as many as fit, the most urgent first', async () => {
    const ids = await waiting([{}, { priority: 8 }, { priority: 3 }, {}]);
    await budget(2);
    expect(await at(ids)).toEqual(['executing', 'blocked', 'executing', 'blocked']);
    await budget(3);
    expect(await at(ids)).toEqual(['executing', 'blocked', 'executing', 'executing']);
  });

  test('go on with categories taking turns', async () => {
    const ids = await waiting([{}, {}, {}, { category: 'art' }]);
    await budget(2);
    expect(await at(ids)).toEqual(['executing', 'blocked', 'blocked', 'executing']);
  });

  test('let a smaller one pass where a larger one does not fit', async () => {
    const ids = await waiting([{ max_budget_usd: 5, priority: 3 }, { max_budget_usd: 1 }]);
    await budget(2);
    expect(await at(ids)).toEqual(['blocked', 'executing']);
  });

  test('go on when a running job returns what it did not use', async () => {
    const ids = await waiting([{}, {}]);
    await budget(1);
    expect(await at(ids)).toEqual(['executing', 'blocked']);
    await town.work();
    expect(await at(ids)).toEqual(['succeeded', 'succeeded']);
  });

  test('go on in the next month, at their own next try', async () => {
    await town.close();
    town = await openTown({}, { at: new Date('2026-02-28T23:59:00.000Z') });
    await budget(1);
    const ids = [await town.started({ max_budget_usd: 1 }), await town.started({ max_budget_usd: 1 })];
    expect(await at(ids)).toEqual(['executing', 'blocked']);
    await town.pass(35);
    await town.sweep();
    expect(await at(ids)).toEqual(['executing', 'blocked']);
    await town.pass(60);
    await town.sweep();
    expect(await at(ids)).toEqual(['executing', 'executing']);
    const budgets = await town.sql('select period, limit_micros, reserved_micros from budgets order by period');
    expect(budgets).toEqual([
      { period: '2026-02', limit_micros: 1_000_000, reserved_micros: 1_000_000 },
      { period: '2026-03', limit_micros: 1_000_000, reserved_micros: 1_000_000 },
    ]);
    await town.work();
    expect(await town.sql('select sum(reserved_micros) rest from budgets')).toEqual([{ rest: 0 }]);
  });
});

test('a ring for a job that waits for nothing, or is none, is nothing', async () => {
  const id = await town.submitted();
  const { version } = await town.job(id);
  for (const about of [id, 'job_unknown', 'tool:unknown', 'budget:month', 'resource:none', 'nonsense']) {
    town.world.ring('wake', about);
  }
  await town.settle();
  expect((await town.job(id)).version).toBe(version);
});

test('a tool that is gone again blocks the job for it again', async () => {
  const id = await town.submitted({ required_tools: [{ tool_name: 'linter' }] });
  await town.tool('linter');
  await deleteTool(town.platform, admin, { name: 'linter' });
  await town.settle();
  expect(await town.job(id)).toMatchObject({ state: 'blocked', waits_for: 'tool:linter' });
  expect(await town.events(id)).toEqual(['submitted', 'estimated', 'blocked', 'resumed', 'blocked']);
});
