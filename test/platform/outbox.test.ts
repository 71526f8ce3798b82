import { expect, test } from 'vitest';
import { Outbox } from '../../shared/platform/bells/outbox.ts';
import type { Ring } from '../../shared/platform/platform.ts';
import { openLog } from '../../shared/platform/telemetry/log.ts';
import { handClock } from '../world/clock.ts';

const ring = (id: string): Ring => ({ bell: 'execute', id, trace: null });
const turn = () => new Promise(setImmediate);

interface Sending extends PromiseWithResolvers<void> {
  ids: string[];
  at: Date | undefined;
}

/** An outbox whose sends come to their end when the test says so. */
function openOutbox() {
  const clock = handClock(new Date('2026-03-01T12:00:00Z'));
  const logged: string[] = [];
  const sends: Sending[] = [];
  const outbox = new Outbox({
    bell: 'execute',
    clock,
    log: openLog('info', (line) => logged.push(line)),
    send: (rings, at) => {
      const sending = { ids: rings.map(({ id }) => id), at, ...Promise.withResolvers<void>() };
      sends.push(sending);
      return sending.promise;
    },
  });
  const several = (from: number, to: number) => {
    for (let n = from; n < to; n++) outbox.ring(ring(`job_${n}`), 0);
  };
  return { clock, logged, sends, outbox, several };
}

test('what is rung in one turn goes in one send, a hundred at most', async () => {
  const { sends, several } = openOutbox();
  several(0, 250);
  several(0, 250);
  expect(sends).toEqual([]);
  await turn();
  expect(sends.map(({ ids }) => ids.length)).toEqual([100, 100, 50]);
});

test('rings of different times go apart', async () => {
  const { sends, outbox } = openOutbox();
  for (const [id, delay] of Object.entries({ a: 0, b: 30, c: 0, d: 30, e: 60 })) outbox.ring(ring(id), delay);
  outbox.ring(ring('a'), 30); // not the one that goes at once
  await turn();
  expect(sends.map(({ ids, at }) => [ids.join(), at?.toISOString().slice(14, 19)])).toEqual([
    ['a,c', undefined],
    ['b,d,a', '00:30'],
    ['e', '01:00'],
  ]);
});

test('a ring during the send of the same one is another', async () => {
  const { sends, outbox } = openOutbox();
  outbox.ring(ring('a'), 0);
  await turn();
  outbox.ring(ring('a'), 0);
  await turn();
  expect(sends.map(({ ids }) => ids)).toEqual([['a'], ['a']]);
});

test('a send that hangs holds up no other, and of those that hang there are few', async () => {
  const { sends, outbox } = openOutbox();
  for (let n = 0; n < 10; n++) {
    outbox.ring(ring(`job_${n}`), 0);
    await turn();
  }
  expect(sends.map(({ ids }) => ids.join())).toEqual(Array.from({ length: 8 }, (_, n) => `job_${n}`));
  sends[3]?.resolve();
  await turn();
  expect(sends.at(-1)?.ids).toEqual(['job_8', 'job_9']);
});

test('a send that fails is logged and given up, and the next goes on', async () => {
  const { sends, outbox, logged } = openOutbox();
  outbox.ring(ring('a'), 0);
  await turn();
  sends[0]?.reject(new Error('gone'));
  await turn();
  expect(outbox.waiting()).toEqual([]);
  expect(logged.map((line) => JSON.parse(line) as object)).toMatchObject([
    { level: 'warn', bell: 'execute', rings: 1 },
  ]);
  outbox.ring(ring('b'), 0);
  await turn();
  expect(sends.map(({ ids }) => ids)).toEqual([['a'], ['b']]);
});

test('where nothing goes out, ten thousand wait and the others are counted in one line of the log', async () => {
  const { outbox, logged, several } = openOutbox();
  several(0, 10_500);
  await turn();
  expect(outbox.waiting()).toHaveLength(10_000);
  expect(logged.map((line) => JSON.parse(line) as object)).toMatchObject([{ rings: 500 }]);
});

test('what waits and what is being sent has its age', async () => {
  const { clock, outbox } = openOutbox();
  outbox.ring(ring('a'), 0);
  await turn();
  await clock.advance(5);
  outbox.ring(ring('b'), 0);
  const start = Date.parse('2026-03-01T12:00:00Z');
  expect(outbox.waiting()).toEqual([start, start + 5000]);
});

test('closing waits for all that was rung, whether it goes or not, and takes no more', async () => {
  const { sends, outbox, several } = openOutbox();
  several(0, 900);
  let closed = false;
  const closing = outbox.close().then(() => (closed = true));
  outbox.ring(ring('late'), 0);
  expect(sends).toHaveLength(8);
  for (const sending of sends) sending.resolve();
  await turn();
  expect(closed).toBe(false);
  sends[8]?.reject(new Error('gone'));
  await closing;
  expect(sends.flatMap(({ ids }) => ids)).toHaveLength(900);
});
