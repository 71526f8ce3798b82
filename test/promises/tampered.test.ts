/** A checker that can't fail proves nothing: whatever breaks its promise, it says so, and of a life as it was, nothing. */
import { beforeAll, expect, test } from 'vitest';
import { linesOf } from '../simulation/many.ts';
import { promises } from './all.ts';
import { tampers } from './tampers/all.ts';
import type { Found } from './tampers/found.ts';

let all: Found[];
beforeAll(async () => {
  all = await linesOf(new URL('tampers/found.ts', import.meta.url));
}, 60_000);

test.each(tampers)('$name: $promised.sentence', ({ name, promised: { sentence }, where, says }) => {
  const found = all.find((one) => one.name === name && one.sentence === sentence);
  expect(found?.seed, `no life has rows of: ${where}`).toEqual(expect.any(Number));
  expect(found?.before).toEqual([]);
  expect(found?.words).toContainEqual(expect.stringMatching(says));
});

test.each(promises)('it is tried to break: $sentence', ({ sentence }) => {
  expect(tampers.map(({ promised }) => promised.sentence)).toContain(sentence);
});
