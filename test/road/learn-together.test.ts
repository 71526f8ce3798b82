/** Many jobs to learn from: one learner is called for all. */
import { afterEach, expect, test } from 'vitest';
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

test('the sweep rings once for all jobs that are to be learned from', async () => {
  town = await openTown();
  await stuck(['one', 'two', 'three']);
  await town.world.advance(301);
  town.lose();
  await ringDueWork(town.platform);
  const rings = town.world.rung.filter(({ bell }) => bell === 'learn');
  expect(rings.map(({ id }) => id)).toEqual(['finished']);
});
