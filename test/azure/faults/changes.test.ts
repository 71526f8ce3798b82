/** Row 4 of the proof: whatever goes wrong wherever, an operation has its effect once, or says clearly that it failed. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isSame, referenceOf } from './trial.ts';
import { namesOf } from './verb.ts';
import { complaintsAbout, openStage, type Stage } from './sample.ts';

let stage: Stage;
beforeAll(async () => void (stage = await openStage()));
afterAll(() => stage.close());

test.each(namesOf.changes)('%s', { timeout: 60_000 }, async (name) => {
  expect(await complaintsAbout(name, stage, { seed: 1, quick: 4, slow: 1 })).toEqual([]);
});

test('each but the heartbeat leaves something behind to be compared', async () => {
  const without: string[] = [];
  for (const verb of stage.quick.verbs.filter(({ name }) => namesOf.changes.includes(name))) {
    const { before, once } = await referenceOf(stage.quick, verb);
    if (isSame(before, once)) without.push(verb.name);
  }
  expect(without).toEqual(['heartbeat']);
});

test('only what reads is left out', () => {
  expect(namesOf.readings.filter((name) => !/^(get|list|validateDefinition$)/.test(name))).toEqual([]);
});
