import { expect, test } from 'vitest';
import { systemClock, systemRandom } from '../../shared/platform/clock.ts';
import { openWorld } from '../world.ts';

test('the system clock wakes a sleeper whose signal aborts, also before it fell asleep', async () => {
  const caller = new AbortController();
  const sleeping = systemClock.sleep(60_000, caller.signal);
  caller.abort();
  await sleeping;
  await systemClock.sleep(60_000, caller.signal);
  await systemClock.sleep(1);
  expect(Math.abs(systemClock.now().getTime() - Date.now())).toBeLessThan(1000);
});

test('fractions are at least nothing and less than one', () => {
  const fractions = Array.from({ length: 1000 }, () => systemRandom.fraction());
  expect(fractions.every((fraction) => fraction >= 0 && fraction < 1)).toBe(true);
});

test('a world wakes sleepers in the order of their times, each at its own time', async () => {
  const world = await openWorld();
  const woken: [string, number][] = [];
  const start = world.clock.now().getTime();
  const sleep = (name: string, seconds: number): Promise<unknown> =>
    world.clock.sleep(seconds * 1000).then(() => woken.push([name, (world.clock.now().getTime() - start) / 1000]));
  void sleep('late', 20);
  void sleep('early', 5).then(() => sleep('after early', 10));
  await world.advance(30);
  expect(woken).toEqual([
    ['early', 5],
    ['after early', 15],
    ['late', 20],
  ]);
  await world.close();
});

test('a world settles when no bell is due any more, and holds back what is delayed', async () => {
  const answered: string[] = [];
  const world = await openWorld(
    {},
    {
      answer: async ({ bells }, { bell, id, trace }) => {
        answered.push(`${bell} ${id}`);
        if (bell === 'estimate') bells.ring({ bell: 'validate', id, trace });
        if (bell === 'validate') bells.ring({ bell: 'execute', id, trace }, 10);
      },
    },
  );
  world.ring('estimate', 'job_1');
  expect(await world.settle()).toBe(2);
  await world.advance(10);
  expect(await world.settle()).toBe(1);
  expect(answered).toEqual(['estimate job_1', 'validate job_1', 'execute job_1']);
  await world.close();
});

test('the clocks of process and database can be set apart', async () => {
  const world = await openWorld();
  const before = world.clock.database();
  world.clock.skewProcess(-90);
  world.clock.skewDatabase(30);
  await world.advance(10);
  expect(world.clock.database() - before).toBe(40_000);
  expect(world.clock.now().getTime() - before).toBe(-80_000);
  await world.close();
});
