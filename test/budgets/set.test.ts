import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reserve } from '../../shared/budgets/reserve.ts';
import { getBudget, listBudgets, putBudget } from '../../shared/budgets/set.ts';
import { eventsOf } from '../../shared/events/store.ts';
import { ChainCheck } from '../../shared/events/verify.ts';
import { storedJob } from '../jobs/a-job.ts';
import { openWorld, type World } from '../world.ts';

const admin = { id: 'admin', kind: 'person', roles: ['admin'], owner_id: null } as const;
const scope = 'month';

let world: World;
beforeEach(async () => {
  world = await openWorld({ MONTHLY_BUDGET_USD: '2.5' }, { at: new Date('2026-03-31T23:00:00.000Z') });
});
afterEach(() => world.close());

const put = (limit_usd: number, if_match?: string) => putBudget(world.platform, admin, { scope, limit_usd, if_match });
const get = () => getBudget(world.platform, admin, { scope });
const eventsIn = (period: string) =>
  eventsOf(world.platform.db.read, { stream: `budget:month:${period}`, after: 0, limit: 10 });
const take = async (micros: number) => {
  const { deployment_id } = await storedJob(world);
  await world.platform.db.transaction('take', (tx) => reserve(tx, deployment_id, micros));
};

describe('the budget of the month', () => {
  it('has the limit of the setting until somebody sets another', async () => {
    expect(await listBudgets(world.platform)).toEqual([]);
    expect(await get()).toEqual({
      scope,
      period: '2026-03',
      version: 1,
      limit_usd: 2.5,
      reserved_usd: 0,
      spent_usd: 0,
      free_usd: 2.5,
    });
    expect(await listBudgets(world.platform)).toHaveLength(1);
  });

  it('is that of the database, whatever the time of the process', async () => {
    await put(3);
    world.clock.skewProcess(40 * 24 * 3600);
    expect(await get()).toMatchObject({ period: '2026-03', limit_usd: 3 });
    expect(await listBudgets(world.platform)).toHaveLength(1);
  });

  it('keeps what is reserved when its limit changes', async () => {
    await take(1_000_000);
    expect(await put(3)).toMatchObject({ version: 2, limit_usd: 3, reserved_usd: 1, free_usd: 2 });
    expect(await put(0.5)).toMatchObject({ version: 3, limit_usd: 0.5, reserved_usd: 1, free_usd: 0 });
    expect(await get()).toMatchObject({ limit_usd: 0.5, free_usd: 0 });
    await expect(take(1)).rejects.toMatchObject({ code: 'budget_exhausted' });
  });

  it('wakes who waits for room when it is set', async () => {
    await put(3);
    expect(world.rung.map(({ bell, id }) => [bell, id])).toEqual([['wake', 'budget:month']]);
  });

  it('has an event for its opening and one for each limit, which chain', async () => {
    await put(3);
    await put(4);
    const events = await eventsIn('2026-03');
    expect(events.map(({ number, type, actor, data }) => [number, type, actor, data])).toEqual([
      [1, 'budget_opened', 'muster', { limit_usd: 2.5 }],
      [2, 'budget_set', 'admin', { limit_usd: 3 }],
      [3, 'budget_set', 'admin', { limit_usd: 4 }],
    ]);
    const check = new ChainCheck();
    expect(events.map((event) => check.add(event))).toEqual([undefined, undefined, undefined]);
  });

  it('carries its limit into the next month, and into the one after a month without use', async () => {
    await put(7);
    await world.advance(2 * 3600);
    expect(await get()).toMatchObject({ period: '2026-04', version: 1, limit_usd: 7, free_usd: 7 });
    await world.advance(70 * 86_400);
    expect(await get()).toMatchObject({ period: '2026-06', version: 1, limit_usd: 7 });
    expect((await eventsIn('2026-06')).map(({ data }) => data)).toEqual([{ limit_usd: 7 }]);
  });

  it('is refused when somebody else was first', async () => {
    await put(3);
    await expect(put(4, '"1"')).rejects.toMatchObject({ code: 'stale' });
    expect(await put(4, '"2"')).toMatchObject({ limit_usd: 4, version: 3 });
  });

  it('set by many at once takes all of them, one after the other', async () => {
    await Promise.all([1, 2, 3, 4, 5].map((limit) => put(limit)));
    expect((await eventsIn('2026-03')).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('is the only one there is', async () => {
    const other = { scope: 'year', limit_usd: 1 };
    await expect(Promise.resolve().then(() => putBudget(world.platform, admin, other))).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(getBudget(world.platform, admin, other)).rejects.toMatchObject({ code: 'not_found' });
  });
});
