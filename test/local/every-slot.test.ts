/** One run a slot, for the local server and for the stand-in of the Functions host. */
import { afterEach, expect, test, vi } from 'vitest';
import { everySlot } from '../../local/every-slot.ts';
import { startTimers } from '../../local/functions-host/timers.ts';

afterEach(() => vi.useRealTimers());

const from = (now: string) => vi.useFakeTimers({ now: new Date(now), toFake: ['setTimeout', 'clearTimeout', 'Date'] });
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);

test('the stand-in of the host runs a daily timer once, also when the clock is put back behind it', async () => {
  from('2026-03-02T02:59:50.000Z');
  const ran: string[] = [];
  const trigger = { type: 'timerTrigger', direction: 'in' as const, schedule: '0 0 3 * * *' };
  const failed: string[] = [];
  const invoke = (name: string) => {
    ran.push(name);
    return Promise.reject(new Error('it failed'));
  };
  const ticking = startTimers({ functions: [{ name: 'sealRecord', trigger }], invoke }, (name) => failed.push(name));
  await pass(20);
  vi.setSystemTime(Date.now() - 90_000);
  await pass(130);
  await ticking.stop();
  expect([ran, failed]).toEqual([['sealRecord'], ['sealRecord']]);
});

test('a clock that stands before every slot of a schedule keeps nothing from running', async () => {
  from('2026-03-02T12:00:00.500Z');
  let ran = 0;
  const run = async () => void ran++;
  const ticking = everySlot([{ schedule: '* * * * * * 2026', run }], () => new Date('2020-01-01T00:00:00Z'));
  await pass(3);
  await ticking.stop();
  expect(ran).toBe(3);
});
