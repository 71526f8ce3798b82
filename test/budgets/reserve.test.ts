import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commit, freeMicros, monthScope, periodAt, release, reserve } from '../../shared/budgets/reserve.ts';
import { findBudget, reservationsOf } from '../../shared/budgets/store.ts';
import { eventsOf } from '../../shared/events/store.ts';
import type { Tx } from '../../shared/platform/platform.ts';
import { storedJob } from '../jobs/a-job.ts';
import { openWorld, type World } from '../world.ts';

const atTheEndOfMarch = new Date('2026-03-31T23:59:00.000Z');

let world: World;
beforeEach(async () => {
  world = await openWorld({ MONTHLY_BUDGET_USD: '1' }, { at: atTheEndOfMarch });
});
afterEach(() => world.close());

/** Deployments to hold money; each of a job of its own. */
const newDeployment = async () => (await storedJob(world)).deployment_id;
const run = <T>(work: (tx: Tx) => Promise<T>) => world.platform.db.transaction('money', work);
const take = (deployment_id: string, micros: number) => run((tx) => reserve(tx, deployment_id, micros));
const use = async (deployment_id: string, total: number) =>
  (await run((tx) => commit(tx, deployment_id, total))).overrun;
const giveBack = (deployment_id: string) => run((tx) => release(tx, deployment_id));

async function month(period = '2026-03'): Promise<number[]> {
  const row = await findBudget(world.platform.db.read, { scope: monthScope, period });
  return row === undefined ? [] : [row.limit_micros, row.reserved_micros, row.spent_micros];
}

describe('a reservation', () => {
  it('takes room, is spent bit by bit, and gives back the rest', async () => {
    const one = await newDeployment();
    await take(one, 400_000);
    expect(await month()).toEqual([1_000_000, 400_000, 0]);
    expect(await use(one, 100_000)).toBe(false);
    expect(await use(one, 150_000)).toBe(false);
    expect(await month()).toEqual([1_000_000, 250_000, 150_000]);
    await giveBack(one);
    expect(await month()).toEqual([1_000_000, 0, 150_000]);
    expect(await reservationsOf(world.platform.db.read, { deployment_id: one })).toMatchObject([
      { reserved_micros: 0, spent_micros: 150_000 },
    ]);
  });

  it('may take the last micro-dollar, and not one more', async () => {
    await take(await newDeployment(), 999_999);
    await take(await newDeployment(), 1);
    await expect(take(await newDeployment(), 1)).rejects.toMatchObject({ code: 'budget_exhausted' });
    expect(await month()).toEqual([1_000_000, 1_000_000, 0]);
  });

  it('without room is refused with what it needs and what is left, and leaves no trace', async () => {
    await take(await newDeployment(), 900_000);
    const other = await newDeployment();
    await expect(take(other, 250_000)).rejects.toMatchObject({
      code: 'budget_exhausted',
      message: expect.stringMatching(/may cost 0.25 USD .* of 2026-03 has 0.1 USD left/) as string,
      facts: { waits_for: 'budget:month', waits_amount: 250_000 },
    });
    expect([await month(), await reservationsOf(world.platform.db.read, { deployment_id: other })]).toEqual([
      [1_000_000, 900_000, 0],
      [],
    ]);
  });

  it('of nothing is granted while there is room, and counts a late cost', async () => {
    const free = await newDeployment();
    await take(free, 0);
    expect(await use(free, 5)).toBe(true);
    expect(await month()).toEqual([1_000_000, 0, 5]);
  });

  it('is one for a deployment', async () => {
    const one = await newDeployment();
    await take(one, 1);
    await expect(take(one, 1)).rejects.toThrow('UNIQUE');
    expect(await month()).toEqual([1_000_000, 1, 0]);
  });
});

describe('spending more than was reserved', () => {
  it('counts, says that the job must stop, and leaves no room for others', async () => {
    const one = await newDeployment();
    await take(one, 400_000);
    expect(await use(one, 1_200_000)).toBe(true);
    expect(await month()).toEqual([1_000_000, 0, 1_200_000]);
    await expect(take(await newDeployment(), 0)).rejects.toMatchObject({
      message: expect.stringContaining('has 0 USD left') as string,
    });
    await giveBack(one);
    expect(await month()).toEqual([1_000_000, 0, 1_200_000]);
  });

  it('said twice counts once', async () => {
    const one = await newDeployment();
    await take(one, 10);
    await use(one, 30);
    expect(await use(one, 30)).toBe(false);
    expect((await month())[2]).toBe(30);
  });
});

describe('giving back', () => {
  it('wakes who waits for room, once', async () => {
    const one = await newDeployment();
    await take(one, 400_000);
    world.rung.length = 0;
    await giveBack(one);
    await giveBack(one);
    expect(world.rung.map(({ bell, id }) => [bell, id])).toEqual([['wake', 'budget:month']]);
  });

  it('of what was never reserved does nothing', async () => {
    await giveBack('deploy_nobody');
    expect(await use('deploy_nobody', 5)).toBe(false);
    expect(await month()).toEqual([]);
  });
});

describe('the month', () => {
  it('is that of the database, in UTC', () => {
    expect(periodAt(new Date('2026-04-01T00:00:00.000+02:00'))).toBe('2026-03');
    expect(periodAt(new Date('2026-12-31T23:59:59.999Z'))).toBe('2026-12');
  });

  it('turns over: a new one is open with the same limit, and money returns to the month it came from', async () => {
    const old = await newDeployment();
    await take(old, 900_000);
    await world.advance(120);
    await take(await newDeployment(), 800_000);
    expect(await month('2026-04')).toEqual([1_000_000, 800_000, 0]);
    await use(old, 300_000);
    await giveBack(old);
    expect(await month('2026-03')).toEqual([1_000_000, 0, 300_000]);
    expect(await month('2026-04')).toEqual([1_000_000, 800_000, 0]);
  });

  it('is opened with one event, however many come first', async () => {
    const deployments = await Promise.all(Array.from({ length: 20 }, newDeployment));
    await Promise.all(deployments.map((one) => take(one, 1)));
    const events = await eventsOf(world.platform.db.read, { stream: 'budget:month:2026-03', after: 0, limit: 10 });
    expect(events).toMatchObject([{ number: 1, type: 'budget_opened', actor: 'muster', data: { limit_usd: 1 } }]);
  });

  it('has no known room before its first reservation', async () => {
    const free = () => freeMicros(world.platform.db.read, monthScope, world.clock.now());
    expect(await free()).toBeUndefined();
    await take(await newDeployment(), 400_000);
    expect(await free()).toBe(600_000);
  });
});
