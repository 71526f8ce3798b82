/** Keeps a life for each fault of plants/real-faults.ts: the one that is kept, while it still shows it, or another. */
import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import type { Plant } from './around.ts';
import type { Asked, Given } from './asked.ts';
import { smallestOf } from './explain.ts';
import { askedOfKept, file, keptLives, keptOf, type Kept } from './kept.ts';
import { live } from './live.ts';
import { realFaults } from './plants/real-faults.ts';

const mostLives = 5000;

/** Gives a line for each fault. Throws where no life shows one. */
export async function keep(given: Given): Promise<string[]> {
  const before = keptLives();
  const lives: Kept[] = [];
  for (const [fault, plant] of Object.entries(realFaults)) {
    const kept = before.find((one) => one.fault === fault);
    const isGood = kept !== undefined && (await wordsOf(askedOfKept(kept), plant, given)).length > 0;
    lives.push(isGood ? kept : await another(fault, plant, given));
  }
  writeFileSync(file, await format(JSON.stringify(lives), { ...(await resolveConfig(file)), filepath: file }));
  return lives.map(({ seed, fault }) => `life ${seed} is kept: ${fault}`);
}

/** What is broken in a life where the fault is planted; nothing where it is broken anyway. */
async function wordsOf(asked: Asked, plant: Plant, given: Given): Promise<string[]> {
  const { broken } = await live(asked, { ...given, plant });
  return broken.length === 0 || (await live(asked, given)).broken.length > 0 ? [] : broken;
}

async function another(fault: string, plant: Plant, given: Given): Promise<Kept> {
  const wordsIn = (asked: Asked) => wordsOf(asked, plant, given);
  for (let seed = 1; seed <= mostLives; seed++) {
    if ((await wordsIn({ seed })).length === 0) continue;
    const lived = await live({ seed }, { ...given, plant });
    const smallest = await smallestOf({ asked: { seed }, lived }, wordsIn);
    const [found = ''] = await wordsIn(smallest);
    return keptOf(fault, smallest, found);
  }
  throw new Error(`none of ${mostLives} lives shows it: ${fault}`);
}
