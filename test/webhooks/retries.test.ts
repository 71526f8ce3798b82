import { expect, it } from 'vitest';
import { isGivenUp, mostTries, nextTrySeconds } from '../../shared/webhooks/retries.ts';

const after = (attempts: number, fraction: number, retry_after?: string) =>
  nextTrySeconds({ attempts, fraction, retry_after });

it('ten tries stretch over three days, each wait longer than the one before', () => {
  const waits = Array.from({ length: mostTries - 1 }, (_, at) => after(at + 1, 0.5) ?? 0);
  expect(waits.slice(0, 4)).toEqual([5, 300, 1800, 7200]);
  expect(waits).toEqual(waits.toSorted((a, b) => a - b));
  expect(waits.reduce((sum, wait) => sum + wait, 0) / 86_400).toBeCloseTo(3.15, 1);
  expect(after(mostTries, 0.5)).toBeUndefined();
});

it('waits are spread by a tenth either way', () => {
  expect([after(2, 0), after(2, 1)]).toEqual([270, 330]);
});

it('a wait that is asked for is heeded, within reason', () => {
  expect(after(1, 0.5, '60')).toBe(60);
  expect(after(3, 0.5, '60')).toBe(1800);
  expect(after(1, 0.5, '999999999')).toBeLessThan(2 * 86_400);
  expect(after(1, 0.5, 'Fri, 31 Dec 1999 23:59:59 GMT')).toBe(5);
});

it('five days of failure are the end', () => {
  const since = new Date('2026-03-01T00:00:00Z');
  expect(isGivenUp(null, since)).toBe(false);
  expect(isGivenUp(since, new Date('2026-03-05T23:59:59Z'))).toBe(false);
  expect(isGivenUp(since, new Date('2026-03-06T00:00:00Z'))).toBe(true);
});
