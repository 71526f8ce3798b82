import { check, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { isExact, microsOf, upToTheCent, usdOf } from '../../shared/platform/money.ts';

test.each([
  [0, 0],
  [1, 1_000_000],
  [0.29, 290_000],
  [0.1 + 0.2, 300_000],
  [1.1, 1_100_000],
  [0.000001, 1],
  [0.0000001, 1],
  [0.0000011, 2],
  [1_000_000, 1_000_000_000_000],
])('%d dollars are %d micro-dollars, rounded up', (usd, micros) => {
  expect(microsOf(usd)).toBe(micros);
});

test('what goes to dollars and back is the same, up to a million dollars', () => {
  const same = property(integer({ min: 0, max: 1_000_000_000_000 }), (micros) => microsOf(usdOf(micros)) === micros);
  expect(check(same, { seed: 1, numRuns: 10_000 }).counterexample).toBeNull();
});

test('every sum of whole micro-dollars is exact, up to a billion dollars', () => {
  const exact = property(integer({ min: 0, max: 10 ** 15 }), (micros) => isExact(usdOf(micros)));
  expect(check(exact, { seed: 1, numRuns: 10_000 }).counterexample).toBeNull();
});

test.each([0.0000001, 0.2500001, 1.0000005, 1 / 3, 999_999.9999999])(
  '%d dollars are not whole micro-dollars',
  (usd) => {
    expect(isExact(usd)).toBe(false);
  },
);

test('more money than can be counted exactly is refused', () => {
  expect(() => microsOf(10_000_000_000)).toThrow(RangeError);
  expect(() => microsOf(Number.POSITIVE_INFINITY)).toThrow(RangeError);
  expect(() => microsOf(Number.NaN)).toThrow(RangeError);
});

test.each([
  [0, 0],
  [1, 10_000],
  [10_000, 10_000],
  [10_001, 20_000],
])('%d micro-dollars go up to the cent at %d', (micros, cents) => {
  expect(upToTheCent(micros)).toBe(cents);
});
