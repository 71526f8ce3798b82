import { describe, expect, test } from 'vitest';
import { failuresOf, isFailing, type Outcome } from '../../shared/agents/failing.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute));
const outcome = (succeeded: boolean, minute = 0): Outcome => ({ succeeded, at: at(minute).toISOString() });
const good = (count: number, minute?: number) => Array.from({ length: count }, () => outcome(true, minute));
const bad = (count: number, minute?: number) => Array.from({ length: count }, () => outcome(false, minute));

describe('an agent', () => {
  test.each([
    [[], false],
    [bad(9), false],
    [bad(10), true],
    [[...good(50), ...bad(9)], false],
    [[...good(50), ...bad(10)], true],
    [[...bad(10), ...good(10)], true],
    [[...bad(10), ...good(11)], false],
    [[...bad(40), ...good(20)], false],
  ])('%#: fails where ten of its last twenty tasks have', (outcomes, failing) => {
    expect(isFailing(failuresOf(outcomes, null))).toBe(failing);
  });

  test('is judged by what it did since it was put back, and by nothing of which the time is not known', () => {
    const before = [{ succeeded: false, at: null }, ...bad(5, 1), ...bad(4, 3), ...good(3, 4)];
    expect(failuresOf(before, null)).toEqual({ failed: 10, of: 13 });
    expect(failuresOf(before, at(2))).toEqual({ failed: 4, of: 7 });
    expect(failuresOf(before, at(3))).toEqual({ failed: 0, of: 3 });
  });
});
