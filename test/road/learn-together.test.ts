/** Many learners at once, and many jobs: each is tried by one at a time, and nobody is forgotten. */
import { afterEach, expect, test } from 'vitest';
import type { Stop } from '../world/points.ts';
import { learnFromJob } from '../../shared/road/learn.ts';
import { ringDueWork } from '../../shared/road/ring-due-work.ts';
import { answerBells, openTown, type Town } from './town.ts';

let town: Town;
afterEach(() => town.close());

/** Over, but nobody has learned from them, and so often rung for that each is tried by itself. */
async function stuck(names: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const job_name of names) {
    await town.world.advance(1); // they end in this order
    ids.push(await town.started({ job_name }));
    await town.complete('writer', await town.one('writer'));
    await town.world.settle(async (platform, ring) => {
      if (ring.bell !== 'learn') await answerBells(platform, ring);
    });
  }
  await town.tamper("update jobs set due_seconds = 8 where state = 'learning'");
  return ids;
}

const problems = () => town.sql('select code, subject from action_items');

/** Learners that, once they have counted the attempt of a job, are slow to try it. */
class SlowLearners {
  readonly #woken = Promise.withResolvers<void>();
  #slow = Promise.withResolvers<void>();
  #hasCounted = false;
  #left: number;
  #runs: Promise<void>[] = [];

  constructor(slow: number) {
    this.#left = slow;
  }

  stop: Stop = (point, where) => {
    if (point === 'after-ring' && where === 'countLearning') this.#hasCounted = true;
    if (point !== 'before-begin' || where !== 'learnFromJob' || !this.#hasCounted || this.#left === 0) return undefined;
    this.#left -= 1;
    this.#slow.resolve();
    return this.#woken.promise;
  };

  /** Comes back when this one is done, or slow. */
  async start(): Promise<void> {
    this.#hasCounted = false;
    this.#slow = Promise.withResolvers();
    const run = learnFromJob(town.platform, 'any');
    this.#runs.push(run);
    await Promise.race([run, this.#slow.promise]);
  }

  async wake(): Promise<void> {
    this.#woken.resolve();
    await Promise.all(this.#runs);
  }
}

test('a job whose attempt one learner has counted is left to that one, however many others come before it is tried', async () => {
  const learners = new SlowLearners(Infinity);
  town = await openTown({}, { stop: learners.stop });
  const [id = ''] = await stuck(['report']);
  for (let each = 0; each < 12; each++) await learners.start();
  expect(await town.job(id)).toMatchObject({ state: 'learning', attempts: 1 });
  await learners.wake();
  expect(await town.state(id)).toBe('succeeded');
  expect(await town.sql('select sum(completed) n from agent_records')).toEqual([{ n: 1 }]);
  expect(await problems()).toEqual([]);
});

test('while one learner holds a job, another learns from the rest; a job whose learner is gone is tried after its lease', async () => {
  const learners = new SlowLearners(1);
  town = await openTown({}, { stop: learners.stop });
  const [first = '', second = ''] = await stuck(['one', 'other']);
  await learners.start();
  await learners.start();
  expect([await town.state(first), await town.state(second)]).toEqual(['learning', 'succeeded']);
  await town.world.advance(61);
  await town.sweep();
  expect(await town.state(first)).toBe('succeeded');
  await learners.wake();
  expect(await town.events(first)).toEqual(await town.events(second));
  expect(await town.sql('select sum(completed) n from agent_records')).toEqual([{ n: 2 }]);
});

test('the sweep rings once for all jobs that are to be learned from', async () => {
  town = await openTown();
  await stuck(['one', 'two', 'three']);
  await town.world.advance(301);
  town.lose();
  await ringDueWork(town.platform);
  const rings = town.world.rung.filter(({ bell }) => bell === 'learn');
  expect(rings.map(({ id }) => id)).toEqual(['finished']);
});

test('a backlog that is tried one at a time goes on by itself', async () => {
  town = await openTown();
  const [id = ''] = await stuck(['report']);
  await town.tamper("update jobs set stop_reason = 'cancelled', outcome = 'cancelled' where id = ?", id);
  const columns = Object.keys(await town.job(id)).filter((column) => column !== 'id');
  const copy = `insert into jobs (id, ${columns.join()}) select ?, ${columns.join()} from jobs where id = ?`;
  for (let copies = 0; copies < 100; copies++) await town.tamper(copy, `job_${copies}`, id);
  town.world.ring('learn', 'any');
  await town.settle();
  expect(await town.sql("select count(*) n from jobs where state = 'learning'")).toEqual([{ n: 0 }]);
  expect(await problems()).toEqual([]);
});

test('a fault while an attempt is counted is no fault of a batch: nothing is tried a second time for one ring', async () => {
  let begun = 0;
  const stop: Stop = (point, where) => {
    if (where !== 'countLearning' || point !== 'before-begin') return undefined;
    begun += 1;
    throw new Error('the database is away');
  };
  town = await openTown({}, { stop });
  await stuck(['report']);
  await expect(learnFromJob(town.platform, 'any')).rejects.toThrow('the database is away');
  expect(begun).toBe(1);
  expect(town.world.logged.filter(({ msg }) => String(msg).startsWith('a batch'))).toEqual([]);
});
