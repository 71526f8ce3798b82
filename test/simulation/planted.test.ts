/** Every planted bug is found within 200 lives; what finds none of them could find no other. */
import { beforeAll, expect, test } from 'vitest';
import { keptLives } from './kept.ts';
import { linesOf } from './many.ts';
import { bugs } from './plants/bugs.ts';
import type { Found } from './plants/found.ts';
import { realFaults } from './plants/real-faults.ts';

let all: Found[];
beforeAll(async () => {
  all = await linesOf(new URL('plants/found.ts', import.meta.url));
}, 300_000);

const foundOf = (name: string) => all.find((found) => found.name === name);

test.each(Object.keys(bugs))('%s is found', (bug) => {
  const found = foundOf(bug);
  process.stdout.write(`${bug}: found in life ${found?.seed}: ${found?.words}\n`);
  expect(found?.seed).toEqual(expect.any(Number));
  expect(found?.without).toEqual([]);
});

/** Lives change with the cast, and with Muster: then another life is to be kept. */
const another = 'node test/simulation/run.ts --keep';

test.each(Object.keys(realFaults))('a life is kept that shows: %s', (fault) => {
  const found = foundOf(fault);
  expect(found?.seed, `the kept life shows nothing any more; ${another} finds another one and keeps it`).toEqual(
    expect.any(Number),
  );
  expect(found?.without).toEqual([]);
});

test('a life is kept of each real fault, and of no others', () => {
  expect(keptLives().map(({ fault }) => fault)).toEqual(Object.keys(realFaults));
});
