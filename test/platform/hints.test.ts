import { expect, test } from 'vitest';
import { openHints } from '../../shared/platform/bells/hints.ts';
import { handClock } from '../world/clock.ts';

const clock = handClock(new Date('2026-03-01T12:00:00Z'));
const hints = openHints(clock);

/** Whether the wait has ended by now. */
async function over(waiting: Promise<unknown>): Promise<boolean> {
  let ended = false;
  void waiting.then(() => (ended = true));
  await clock.advance(0);
  return ended;
}

test('who waits on one of several topics is woken by news on any of them', async () => {
  const waiting = hints.wait(['job:1', 'events'], 60_000);
  hints.tell('job:2');
  expect(await over(waiting)).toBe(false);
  hints.tell('events');
  expect(await over(waiting)).toBe(true);
});

test('news wakes everybody who waits on the topic', async () => {
  const waiting = [hints.wait(['events'], 60_000), hints.wait(['events'], 60_000)];
  hints.tell('events');
  expect(await Promise.all(waiting.map(over))).toEqual([true, true]);
});

test('who hears news knows how many hear it', async () => {
  const [both, one] = [hints.wait(['events'], 60_000), hints.wait(['events', 'job:1'], 60_000)];
  hints.tell('job:1');
  expect(await one).toBe(1);
  const other = hints.wait(['events'], 60_000);
  hints.tell('events');
  expect(await Promise.all([both, other])).toEqual([2, 2]);
});

test('without news a wait ends after its time', async () => {
  const waiting = hints.wait(['events'], 2000);
  await clock.advance(1);
  expect(await over(waiting)).toBe(false);
  await clock.advance(1);
  expect(await over(waiting)).toBe(true);
});

test('a wait ends when its signal aborts, also before it began', async () => {
  const caller = new AbortController();
  const waiting = hints.wait(['events'], 60_000, caller.signal);
  caller.abort();
  expect(await over(waiting)).toBe(true);
  expect(await over(hints.wait(['events'], 60_000, caller.signal))).toBe(true);
});

test('once closed, nobody waits any more', async () => {
  const closing = openHints(clock);
  const waiting = closing.wait(['events'], 60_000);
  expect(closing.closed).toBe(false);
  closing.close();
  expect(closing.closed).toBe(true);
  expect(await over(waiting)).toBe(true);
  expect(await over(closing.wait(['events'], 60_000))).toBe(true);
});

test('news that came before the wait wakes nobody', async () => {
  hints.tell('events');
  const waiting = hints.wait(['events'], 1000);
  expect(await over(waiting)).toBe(false);
  await clock.advance(1);
  await waiting;
});
