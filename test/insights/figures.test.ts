import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyFigure, mean, percentile, share } from '../../shared/insights/figures.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('a percentile', () => {
  it.each([
    [[5], 0.5, 5],
    [[3, 1, 2], 0.5, 2],
    [[4, 3, 2, 1], 0.5, 2],
    [upTo(100), 0.95, 95],
    [upTo(100), 0.07, 7],
    [upTo(20), 0.95, 19],
    [upTo(10), 0.99, 10],
    [upTo(10), 0, 1],
    [upTo(10), 1, 10],
  ])('%#: of %o at %d is %d, by nearest rank', (values, at, expected) => {
    expect(percentile(values, at)).toBe(expected);
  });

  it('of nothing is unknown', () => {
    expect(percentile([], 0.5)).toBeNull();
  });

  it('is the smallest value that at least so many do not exceed, for any values and any whole percentage', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 100 }),
        (values, percent) => {
          const enough = (value: number) =>
            values.filter((other) => other <= value).length * 100 >= percent * values.length;
          const expected = values.toSorted((a, b) => a - b).find(enough);
          expect(percentile(values, percent / 100)).toBe(expected);
        },
      ),
    );
  });

  it('leaves the values in their order', () => {
    const values = [3, 1, 2];
    percentile(values, 0.5);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('mean and share', () => {
  it('of nothing are unknown', () => {
    expect([mean([]), share([], () => true)]).toEqual([null, null]);
  });

  it('of something are figures', () => {
    expect([mean([1, 2, 6]), share([1, 2, 3, 4], (value) => value > 1)]).toEqual([3, 0.75]);
  });
});

describe('a key figure', () => {
  it.each([
    [0.2, true],
    [0.25, false],
    [null, null],
  ])('of %j against its target: %j', (value, met) => {
    const figure = { name: 'cost per deployment', unit: 'USD', value, target: '< 0.25' };
    expect(keyFigure(figure, (usd) => usd < 0.25)).toEqual({ ...figure, met });
  });
});
