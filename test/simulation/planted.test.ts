/** Every planted bug is found within 200 lives; what finds none of them could find no other. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { promises } from '../promises/all.ts';
import { castOf } from './actors/casting.ts';
import type { Plant } from './around.ts';
import type { Ground } from './ground.ts';
import { live } from './live.ts';
import { openGround } from './open-ground.ts';
import { bugs } from './plants/bugs.ts';

const mostLives = 200;

let ground: Ground;
beforeAll(async () => {
  ground = await openGround(promises);
});
afterAll(() => ground.close());

const brokenIn = async (seed: number, plant?: Plant): Promise<string[]> =>
  (await live({ seed }, { ground, castOf, promised: promises, ...(plant === undefined ? {} : { plant }) })).broken;

/** The first seed in whose life something is broken. */
async function firstBroken(plant: Plant): Promise<{ seed: number; words: string } | undefined> {
  for (let seed = 1; seed <= mostLives; seed++) {
    const [words] = await brokenIn(seed, plant);
    if (words !== undefined) return { seed, words };
  }
  return undefined;
}

describe.each(Object.entries(bugs))('%s', (name, plant) => {
  test('is found', { timeout: 60_000 }, async () => {
    const found = await firstBroken(plant);
    if (found === undefined) return expect.fail(`not found in ${mostLives} lives`);
    process.stdout.write(`${name}: found in life ${found.seed}: ${found.words}\n`);
    expect(await brokenIn(found.seed), 'without the bug').toEqual([]);
  });
});
