import { expect, test } from 'vitest';
import { inProcessBells } from '../../shared/platform/bells/in-process.ts';
import { currentTrace } from '../../shared/platform/context.ts';
import type { Ring } from '../../shared/platform/platform.ts';
import { openLog } from '../../shared/platform/telemetry/log.ts';
import { handClock } from '../world/clock.ts';

const ring = (id: string, trace: string | null = null): Ring => ({ bell: 'execute', id, trace });

function openBells() {
  const clock = handClock(new Date('2026-03-01T12:00:00Z'));
  const logged: string[] = [];
  return {
    clock,
    logged,
    bells: inProcessBells(
      clock,
      openLog('info', (line) => logged.push(line)),
    ),
  };
}

/** A handler that notes what it answers and waits to be let go. */
function held() {
  const begun: string[] = [];
  const gate = Promise.withResolvers<void>();
  return { begun, letGo: gate.resolve, answer: ({ id }: Ring) => (begun.push(id), gate.promise) };
}

test('rings that come before the stages are connected wait for them', async () => {
  const { bells } = openBells();
  const { begun, answer, letGo } = held();
  bells.ring(ring('a'));
  expect((await bells.backlog()).waiting).toBe(1);
  bells.answer(answer);
  expect(begun).toEqual(['a']);
  letGo();
  await bells.drain();
});

test('the same ring waiting twice is one, and a ring during its stage is another', async () => {
  const { bells } = openBells();
  const { begun, answer, letGo } = held();
  bells.ring(ring('a'));
  bells.ring(ring('a'));
  bells.ring({ ...ring('a'), bell: 'learn' });
  bells.answer(answer);
  bells.ring(ring('a'));
  expect(begun).toEqual(['a', 'a', 'a']);
  letGo();
  await bells.drain();
});

test('rings for the learner during its run are heard once, after it', async () => {
  const { bells } = openBells();
  const begun: string[] = [];
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  bells.answer(({ id }) => gates[begun.push(id) - 1]?.promise ?? Promise.resolve());
  for (let i = 0; i < 3; i++) bells.ring({ ...ring('finished'), bell: 'learn' });
  expect(begun).toEqual(['finished']);
  gates[0]?.resolve();
  await expect.poll(() => begun).toEqual(['finished', 'finished']);
  gates[1]?.resolve();
  await bells.drain();
  expect(begun).toHaveLength(2);
});

test('a ring that is repeated keeps its place and its age', async () => {
  const { bells, clock } = openBells();
  bells.ring(ring('a'));
  await clock.advance(5);
  bells.ring(ring('a'));
  expect(await bells.backlog()).toEqual({ waiting: 1, oldest_seconds: 5 });
});

test('a delayed ring does not come early', async () => {
  const { bells, clock } = openBells();
  const { begun, answer, letGo } = held();
  bells.answer(answer);
  bells.ring(ring('late'), 30);
  await clock.advance(29);
  expect(begun).toEqual([]);
  await clock.advance(1);
  expect(begun).toEqual(['late']);
  letGo();
  await bells.drain();
});

test('a few stages run at a time, the others wait their turn, and the backlog says how long', async () => {
  const { bells, clock } = openBells();
  const { begun, answer, letGo } = held();
  bells.answer(answer);
  for (let n = 0; n < 200; n++) bells.ring(ring(`job_${n}`));
  expect(begun.length).toBe(128);
  await clock.advance(5);
  expect(await bells.backlog()).toEqual({ waiting: 72, oldest_seconds: 5 });
  letGo();
  await clock.advance(0);
  expect(begun.length).toBe(200);
  expect(await bells.backlog()).toEqual({ waiting: 0, oldest_seconds: 0 });
});

test('draining waits for the stages that run and takes no more rings', async () => {
  const { bells, clock } = openBells();
  const { begun, answer, letGo } = held();
  bells.answer(answer);
  bells.ring(ring('a'));
  bells.ring(ring('delayed'), 10);
  let drained = false;
  const draining = bells.drain().then(() => (drained = true));
  bells.ring(ring('b'));
  await clock.advance(20);
  expect([begun, drained]).toEqual([['a'], false]);
  letGo();
  await draining;
  expect(begun).toEqual(['a']);
});

test('a stage that throws is logged, and the next ring is answered', async () => {
  const { bells, clock, logged } = openBells();
  const begun: string[] = [];
  bells.answer(async ({ id }) => {
    begun.push(id);
    if (id === 'bad') throw new Error('broken');
  });
  bells.ring(ring('bad'));
  bells.ring(ring('good'));
  await clock.advance(0);
  expect(begun).toEqual(['bad', 'good']);
  expect(logged.join()).toContain('broken');
});

test('a stage runs with the trace of its ring', async () => {
  const { bells, clock } = openBells();
  const traces: (string | null)[] = [];
  bells.answer(async () => void traces.push(currentTrace()));
  bells.ring(ring('a', '00-a-1-01'));
  bells.ring(ring('b'));
  await clock.advance(0);
  expect(traces).toEqual(['00-a-1-01', null]);
});
