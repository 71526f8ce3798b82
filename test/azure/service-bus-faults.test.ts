import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { serviceBusBells } from '../../shared/platform/bells/service-bus.ts';
import { systemClock, systemRandom } from '../../shared/platform/clock.ts';
import { readConfig } from '../../shared/platform/config.ts';
import { bellNames } from '../../shared/platform/platform.ts';
import { openLog } from '../../shared/platform/telemetry/log.ts';
import { lockMilliseconds } from './amqp/queue.ts';
import { held, noting, openBus, ring, type Bus } from './bus.ts';

let bus: Bus;
beforeEach(async () => {
  bus = await openBus();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
});
afterEach(async () => {
  const closed = bus.close();
  await passing(10);
  await closed;
  vi.useRealTimers();
});

const sent = () => bus.sent().map(({ body }) => (body as { id: string }).id);
/** A connection that drops while links are being made is found out by the client after a minute. */
async function everythingIsHeard(): Promise<void> {
  await expect.poll(() => bellNames.every((bell) => bus.broker.isHeard(bell)), { timeout: 5000 }).toBe(true);
}

/** The time-outs of the client pass, without waiting for them. */
const passing = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);

test('a connection that drops in mid-send costs no other bell anything, and what was sent is sent again', async () => {
  const bells = bus.open();
  bells.ring(ring('first'));
  await expect.poll(sent).toEqual(['first']);
  bus.broker.drops.send.push('before');
  bells.ring(ring('dropped'));
  await expect.poll(() => bus.broker.sends).toBe(2);
  bells.ring(ring('beside it'));
  await expect.poll(sent).toEqual(['first', 'beside it']);
  await passing(11);
  await expect.poll(sent).toEqual(['first', 'beside it', 'dropped']);
  expect(bus.logged).toEqual([]);
});

test('a send whose answer is lost comes twice, which does no harm', async () => {
  const { heard, answer } = noting();
  bus.open().answer(answer);
  await everythingIsHeard();
  bus.broker.drops.send.push('after');
  bus.open().ring(ring('a'));
  await expect.poll(() => heard).toEqual(['a']);
  await passing(11);
  await expect.poll(() => heard).toEqual(['a', 'a']);
});

test('after a dropped connection everything is heard as before', async () => {
  const { heard, answer } = noting();
  const bells = bus.open();
  bells.answer(answer);
  await everythingIsHeard();
  for (let n = 0; n < 3; n++) {
    bells.ring(ring(`job_${n}`));
    await expect.poll(() => heard.length).toBe(n + 1);
    const before = bus.broker.connections;
    bus.broker.disconnect();
    await expect.poll(() => bus.broker.connections).toBeGreaterThan(before);
    await everythingIsHeard();
  }
});

test('after a dropped connection no more stages run at a time than before, though more messages come', async () => {
  const { heard, answer, letGo } = held();
  const bells = bus.open();
  bells.answer(answer);
  await everythingIsHeard();
  for (let n = 0; n < 40; n++) bells.ring(ring(`job_${n}`));
  await expect.poll(() => heard.length).toBe(32);
  bus.broker.disconnect();
  const never = () => bus.broker.queue('execute').stored.filter(({ deliveries }) => deliveries === 0);
  await expect.poll(never).toEqual([]);
  expect(heard).toHaveLength(32);
  letGo();
  await expect.poll(() => heard.length).toBe(40);
});

test('stages that wait for their turn at the end are not started, and another process hears their bells', async () => {
  const [ending, living] = [held(), noting()];
  const bells = bus.open();
  bells.answer(ending.answer);
  await everythingIsHeard();
  for (let n = 0; n < 40; n++) bells.ring(ring(`job_${n}`));
  await expect.poll(() => ending.heard.length).toBe(32);
  bus.broker.disconnect();
  const { stored } = bus.broker.queue('execute');
  await expect.poll(() => stored.filter(({ deliveries }) => deliveries === 0)).toEqual([]);
  const drained = bells.drain();
  await expect.poll(() => bus.broker.isHeard('execute')).toBe(false);
  ending.letGo();
  await drained;
  expect(ending.heard).toHaveLength(32);
  bus.open().answer(living.answer);
  await expect.poll(() => bus.broker.isHeard('execute')).toBe(true);
  bus.broker.pass(lockMilliseconds / 1000);
  await expect
    .poll(() => living.heard)
    .toEqual(expect.arrayContaining(sent().filter((id) => !ending.heard.includes(id))));
});

test('a bell that could not be completed is heard once more when its lock ends', async () => {
  const { heard, answer } = noting();
  const bells = bus.open();
  bells.answer(answer);
  await everythingIsHeard();
  bus.broker.drops.complete.push('before');
  bells.ring(ring('a'));
  await expect.poll(() => bus.broker.connections).toBe(3); // one to send, one to hear, and that again
  bus.broker.pass(lockMilliseconds / 1000);
  await expect.poll(() => heard).toEqual(['a', 'a']);
  await expect.poll(() => bus.broker.queue('execute').stored).toEqual([]);
});

test('a bell whose process died is heard by another one when its lock ends', async () => {
  const [dying, living] = [held(), noting()];
  const first = bus.open();
  first.answer(dying.answer);
  first.ring(ring('a'));
  await expect.poll(() => dying.heard).toEqual(['a']);
  const drained = first.drain(); // takes no more, and its stage does not come to an end
  await expect.poll(() => bus.broker.isHeard('execute')).toBe(false);
  bus.open().answer(living.answer);
  await expect.poll(() => bus.broker.isHeard('execute')).toBe(true);
  bus.broker.pass(lockMilliseconds / 1000);
  await expect.poll(() => living.heard).toEqual(['a']);
  dying.letGo();
  await drained;
});

test('where Service Bus cannot be reached, ringing costs nothing, is logged, and the end comes in time', async () => {
  const log = openLog('info', (line) => bus.logged.push(line));
  const SERVICEBUS = bus.broker.connectionString;
  await bus.broker.close();
  const bells = serviceBusBells({ config: readConfig({ SERVICEBUS }), clock: systemClock, random: systemRandom, log });
  bells.answer(async () => {});
  bells.ring(ring('a'));
  const backlog = bells.backlog().catch((error: unknown) => String(error));
  await expect
    .poll(async () => (await passing(5), bus.logged.join()))
    .toContain('bells could not be sent; their rows are due again soon');
  expect(await backlog).toMatch(/ECONNREFUSED|abort/i);
  const ended = bells.drain();
  await passing(10);
  await ended;
});
