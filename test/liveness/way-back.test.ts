import { describe, expect, test } from 'vitest';
import { firstLookSeconds, silenceOf, stepAfter } from '../../shared/liveness/way-back.ts';

describe('after a look an agent', () => {
  const after = (tries: number, fault: string | null) => stepAfter({ tries, fault, interval_seconds: 30 });

  test('has recovered where nothing speaks against it, at whichever try', () => {
    for (const tries of [1, 2, 3, 9]) expect(after(tries, null)).toEqual({ is: 'recovered' });
  });

  test('is looked at again after twice as long, three times in all', () => {
    expect(firstLookSeconds(30)).toBe(30);
    expect([1, 2, 3, 4].map((tries) => after(tries, 'away'))).toEqual([
      { is: 'put off', seconds: 60 },
      { is: 'put off', seconds: 120 },
      { is: 'given up', fault: 'away' },
      { is: 'given up', fault: 'away' },
    ]);
  });
});

describe('a heartbeat', () => {
  const began_at = new Date('2026-03-01T12:00:00Z');
  const later = (seconds: number) => new Date(began_at.getTime() + seconds * 1000);
  const silence = (seen: Date | null, at: Date) =>
    silenceOf({ last_seen_at: seen }, { began_at, at, interval_seconds: 30 });

  test('is good that came after the isolation and not long ago', () => {
    expect(silence(later(1), later(30))).toBeNull();
    expect(silence(later(1), later(45))).toBeNull();
  });

  test('is no way back that came before it, never, or long ago', () => {
    expect(silence(null, later(30))).toBe('no heartbeat since it was isolated');
    expect(silence(began_at, later(30))).toBe('no heartbeat since it was isolated');
    expect(silence(later(1), later(46))).toBe('no heartbeat since 2026-03-01T12:00:01.000Z');
  });
});
