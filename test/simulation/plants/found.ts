/** In which life each planted bug and each real fault is found, a line of JSON each: `node test/simulation/plants/found.ts`. */
import { promises } from '../../promises/all.ts';
import { castOf } from '../actors/casting.ts';
import type { Plant } from '../around.ts';
import type { Asked } from '../asked.ts';
import { askedOfKept, keptLives, type Kept } from '../kept.ts';
import { live } from '../live.ts';
import { openGround } from '../open-ground.ts';
import { bugs } from './bugs.ts';
import { realFaults } from './real-faults.ts';

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

const brokenIn = async (asked: Asked, plant?: Plant): Promise<string[]> =>
  (await live(asked, plant === undefined ? given : { ...given, plant })).broken;

async function found(name: string, plant: Plant): Promise<Found> {
  for (let seed = 1; seed <= mostLives; seed++) {
    const [words] = await brokenIn({ seed }, plant);
    if (words !== undefined) return { name, seed, words, without: await brokenIn({ seed }) };
  }
  return { name, seed: null, words: '', without: [] };
}

/** In the life that is kept of it, and in no other. */
async function stillFound(kept: Kept): Promise<Found> {
  const asked = askedOfKept(kept);
  const [words] = await brokenIn(asked, realFaults[kept.fault]);
  const seed = words === undefined ? null : kept.seed;
  return { name: kept.fault, seed, words: words ?? '', without: await brokenIn(asked) };
}

const print = (line: Found) => process.stdout.write(`${JSON.stringify(line)}\n`);
for (const [name, plant] of Object.entries(bugs)) print(await found(name, plant));
for (const kept of keptLives()) print(await stillFound(kept));
