import { beforeEach, expect, test } from 'vitest';
import { openHints } from '../../shared/platform/bells/hints.ts';
import { poll } from '../../shared/platform/bells/poll.ts';
import { handClock } from '../world/clock.ts';

const clock = handClock(new Date('2026-03-01T12:00:00Z'));
const hints = openHints(clock);
let looks: number;
beforeEach(() => {
  looks = 0;
});

/** Finds its number at the look of that number; `during` happens in the first. */
const lookingFor = (number: number, during = () => {}) =>
  poll({ clock, hints }, { wait_seconds: 10 }, async () => {
    if (looks === 0) during();
    return { found: ++looks === number ? [number] : [], topics: ['jobs'] };
  });

test('while nothing is told, it looks once and waits', async () => {
  const found = lookingFor(2);
  await clock.advance(1);
  expect(looks).toBe(1);
  hints.tell('jobs');
  expect(await found).toEqual([2]);
});

test('what was told during the first look is not missed', async () => {
  expect(await lookingFor(2, () => hints.tell('jobs'))).toEqual([2]);
});

test('it looks now and then without news, and once more for each end of a wait', async () => {
  const found = lookingFor(4);
  for (let waited = 1; waited < 4; waited++) {
    expect(looks).toBe(waited);
    await clock.advance(2);
  }
  expect(await found).toEqual([4]);
});

test('when the time is over it gives nothing', async () => {
  const found = lookingFor(99);
  await clock.advance(10);
  expect(await found).toEqual([]);
});

test('it goes on waiting for a caller who stays, and ends for one who goes', async () => {
  const caller = new AbortController();
  const found = poll({ clock, hints }, { wait_seconds: 10, signal: caller.signal }, async () => {
    looks += 1;
    return { found: [], topics: ['jobs'] };
  });
  hints.tell('jobs');
  await clock.advance(1);
  const before = looks;
  caller.abort();
  expect(await found).toEqual([]);
  expect(looks).toBeLessThanOrEqual(before + 1);
});
