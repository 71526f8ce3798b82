import { describe, expect, it } from 'vitest';
import { judged, median } from '../../shared/estimates/calibration.ts';

const foretold = { predicted: 100, low_80: 80, high_80: 120, low_90: 50, high_90: 150, within_10_percent: 0.5 };

describe('judged', () => {
  it('gives errors, and how often intervals held', () => {
    const outcomes = [100, 105, 125, 200].map((actual) => ({ ...foretold, actual }));
    const { mape, median_error, ...shares } = judged(outcomes);
    expect(mape).toBeCloseTo((0 + 5 / 105 + 25 / 125 + 100 / 200) / 4, 10);
    expect(median_error).toBeCloseTo((5 / 105 + 0.2) / 2, 10);
    expect(shares).toEqual({
      n: 4,
      within_10_percent: 0.5,
      stated_within_10_percent: 0.5,
      coverage_80: 0.5,
      coverage_90: 0.75,
    });
  });

  it('says nothing of no outcomes, and counts an outcome of nothing as one', () => {
    expect(judged([])).toMatchObject({ n: 0, mape: null, median_error: null, coverage_80: null });
    expect(judged([{ ...foretold, predicted: 0, actual: 0 }]).mape).toBe(0);
    expect(judged([{ ...foretold, predicted: 3, actual: 0 }]).mape).toBe(3);
  });
});

describe('median', () => {
  it('is the middle, or the mean of both middles', () => {
    expect(median([5, 1, 9])).toBe(5);
    expect(median([4, 1, 2, 9])).toBe(3);
    expect(median([])).toBeUndefined();
  });
});
