/** In which life each planted bug is found, a line of JSON each: `node test/simulation/plants/found.ts`. */
import { promises } from '../../promises/all.ts';
import { castOf } from '../actors/casting.ts';
import type { Plant } from '../around.ts';
import { live } from '../live.ts';
import { openGround } from '../open-ground.ts';
import { bugs } from './bugs.ts';

export interface Found {
  name: string;
  /** Null: in none of so many lives. */
  seed: number | null;
  words: string;
  /** What is broken in the same life without the bug. */
  without: string[];
}

const mostLives = 200;

const given = { ground: await openGround(promises), castOf, promised: promises };

const brokenIn = async (seed: number, plant?: Plant): Promise<string[]> =>
  (await live({ seed }, plant === undefined ? given : { ...given, plant })).broken;

async function found(name: string, plant: Plant): Promise<Found> {
  for (let seed = 1; seed <= mostLives; seed++) {
    const [words] = await brokenIn(seed, plant);
    if (words !== undefined) return { name, seed, words, without: await brokenIn(seed) };
  }
  return { name, seed: null, words: '', without: [] };
}

for (const [name, plant] of Object.entries(bugs)) process.stdout.write(`${JSON.stringify(await found(name, plant))}\n`);
