import { expect, test } from 'vitest';
import { systemRandom } from '../../shared/platform/clock.ts';
import { newId } from '../../shared/platform/ids.ts';
import { seededRandom } from '../world/random.ts';

test('the order of ids is the order of their times, to the millisecond', () => {
  const times = [0, 1, 31, 32, 1023, 1024, 1_772_366_400_000, 1_772_366_400_001, 2 ** 48 - 1];
  const ids = times.map((time) => newId('job', new Date(time), systemRandom));
  expect(ids.toSorted()).toEqual(ids);
});

test('an id is its prefix, an underscore and 26 characters of lower-case base 32', () => {
  expect(newId('job', new Date(0), seededRandom(1))).toMatch(/^job_0000000000[0-9a-hjkmnp-tv-z]{16}$/);
});

test('ids of one millisecond differ', () => {
  const at = new Date(1_772_366_400_000);
  expect(new Set(Array.from({ length: 10_000 }, () => newId('job', at, systemRandom))).size).toBe(10_000);
});

test('the same seed gives the same ids', () => {
  const ids = [1, 1, 2].map((seed) => newId('job', new Date(5), seededRandom(seed)));
  expect(ids[0]).toBe(ids[1]);
  expect(ids[0]).not.toBe(ids[2]);
});
