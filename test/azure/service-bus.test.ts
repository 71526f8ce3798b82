import { afterEach, beforeEach, expect, test } from 'vitest';
import { currentTrace } from '../../shared/platform/context.ts';
import { bellNames, type Ring } from '../../shared/platform/platform.ts';
import { held, noting, openBus, ring, type Bus } from './bus.ts';

let bus: Bus;
beforeEach(async () => void (bus = await openBus()));
afterEach(() => bus.close());

const trace = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

async function nothingIsLeft(): Promise<void> {
  await expect.poll(() => bellNames.flatMap((bell) => bus.broker.queue(bell).stored)).toEqual([]);
}

test('a ring reaches the stages of another process, each bell by a queue of its own, and is completed', async () => {
  const heard: Ring[] = [];
  bus.open().answer(async (given) => void heard.push(given));
  const bells = bus.open();
  const rung = bellNames.map((bell) => ({ bell, id: `job_${bell}`, trace: null }));
  for (const given of rung) bells.ring(given);
  await expect.poll(() => heard.length).toBe(rung.length);
  expect(heard).toEqual(expect.arrayContaining(rung));
  await nothingIsLeft();
});

test('what is rung in one turn goes out together, the same ring once; each message has an id of its own', async () => {
  const bells = bus.open();
  for (const id of ['a', 'b', 'a']) bells.ring(ring(id));
  await expect.poll(() => bus.sent().map(({ body }) => body)).toEqual([{ id: 'a' }, { id: 'b' }]);
  expect(bus.broker.sends).toBe(1);
  bells.ring(ring('a'));
  await expect.poll(() => bus.sent().length).toBe(3);
  expect(new Set(bus.sent().map(({ id }) => id)).size).toBe(3);
});

test('the trace goes along in the properties, and the stage runs in it', async () => {
  const traces: (string | null)[] = [];
  const bells = bus.open();
  bells.answer(async () => void traces.push(currentTrace()));
  bells.ring(ring('a', { trace }));
  await expect.poll(() => traces).toEqual([trace]);
  bells.ring(ring('b'));
  await expect.poll(() => traces).toEqual([trace, null]);
  expect(bus.sent().map(({ properties }) => properties)).toEqual([
    { traceparent: trace, 'Diagnostic-Id': trace },
    undefined,
  ]);
});

test('a delayed ring is a scheduled message, which the queue does not give out before its time', async () => {
  const { heard, answer } = noting();
  const bells = bus.open();
  bells.answer(answer);
  const earliest = Date.now() + 30_000;
  bells.ring(ring('late'), 30);
  await expect.poll(() => bus.sent().length).toBe(1);
  expect(bus.sent()[0]?.due_at).toBeGreaterThanOrEqual(earliest);
  bells.ring(ring('now'));
  await expect.poll(() => heard).toEqual(['now']);
  bus.broker.pass(31);
  await expect.poll(() => heard).toEqual(['now', 'late']);
});

test('a few stages run at a time', async () => {
  const { heard, answer, letGo } = held();
  const bells = bus.open();
  bells.answer(answer);
  for (let n = 0; n < 40; n++) bells.ring(ring(`job_${n}`));
  await expect.poll(() => heard.length).toBe(32);
  bells.ring(ring('other', { bell: 'learn' }));
  await expect.poll(() => heard.length).toBe(33); // another bell's
  letGo();
  await expect.poll(() => heard.length).toBe(41);
});

test('what a stage throws is logged and not delivered again: the sweep rings in its time', async () => {
  const { heard, answer } = noting(async ({ id }) => {
    if (id === 'bad') throw new Error('broken');
  });
  const bells = bus.open();
  bells.answer(answer);
  bells.ring(ring('bad'));
  bells.ring(ring('good'));
  await expect.poll(() => heard.toSorted()).toEqual(['bad', 'good']);
  await nothingIsLeft();
  expect(bus.logged.join()).toContain('broken');
});

test.each(['no JSON', '{"id": 7}', '["a"]', '{}', '{"id": ""}', 'null'])(
  'the message %s is no bell: it goes to the dead letters with a line in the log, and the next is heard',
  async (text) => {
    const { heard, answer } = noting();
    const bells = bus.open();
    bells.answer(answer);
    bus.broker.plant('execute', text);
    bells.ring(ring('good'));
    await expect.poll(() => heard).toEqual(['good']);
    await nothingIsLeft();
    expect(bus.broker.queue('execute').dead.map(({ message }) => message.message_id)).toEqual(['planted']);
    expect(bus.logged.filter((line) => line.includes('a message is no bell'))).toHaveLength(1);
  },
);

test('the backlog counts what waits and what runs, of every process, without what is not due', async () => {
  const { heard, answer, letGo } = held();
  const [here, there] = [bus.open(), bus.open()];
  expect(await here.backlog()).toEqual({ waiting: 0, oldest_seconds: 0 });
  there.answer(answer);
  there.ring(ring('running'));
  await expect.poll(() => heard).toEqual(['running']);
  here.ring(ring('later', { bell: 'wake' }), 60);
  await expect.poll(() => bus.sent('wake').length).toBe(1);
  await expect.poll(async () => (await here.backlog()).waiting).toBe(1); // once it knows that the message is sent
  for (const looking of [there, here]) {
    const { waiting, oldest_seconds } = await looking.backlog();
    expect(waiting).toBe(1);
    expect(oldest_seconds).toBeLessThan(10);
  }
  letGo();
  await expect.poll(async () => (await here.backlog()).waiting).toBe(0);
});

test('the backlog counts what is not sent yet', async () => {
  const bells = bus.open();
  bells.ring(ring('a'));
  const { waiting } = await bells.backlog();
  expect(waiting).toBeGreaterThanOrEqual(1);
});

test('a check sends a message to each queue, sees it there and takes it back; nobody hears it', async () => {
  const { heard, answer } = noting();
  bus.open().answer(answer);
  expect(await bus.open().check()).toBe('7 queues take messages, show them and give them back');
  for (const bell of bellNames) {
    expect(bus.sent(bell)).toHaveLength(1);
    expect(bus.broker.queue(bell).stored).toEqual([]);
  }
  bus.broker.pass(7200);
  expect(heard).toEqual([]);
});

test('draining lets the stages that run come to their end, sends what they ring, and hears no more', async () => {
  const { heard, answer, letGo } = held();
  const bells = bus.open();
  bells.answer(async (given) => {
    await answer(given);
    bells.ring(ring('follows', { bell: 'learn' }));
  });
  bells.ring(ring('a'));
  await expect.poll(() => heard).toEqual(['a']);
  let drained = false;
  const draining = bells.drain().then(() => (drained = true));
  await expect.poll(() => bus.broker.isHeard('execute')).toBe(false);
  bus.broker.plant('execute', '{"id": "b"}');
  expect(drained).toBe(false);
  letGo();
  await draining;
  bells.ring(ring('too late'));
  expect(bus.sent('learn').map(({ body }) => body)).toEqual([{ id: 'follows' }]);
  expect(heard).toEqual(['a']);
  expect(bus.broker.queue('execute').stored.map(({ deliveries }) => deliveries)).toEqual([0]); // `a` is completed
});
