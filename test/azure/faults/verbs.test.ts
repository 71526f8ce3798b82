/** Row 4 of the proof, over a sample of what can go wrong: whatever it is and wherever it happens. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isSame, referenceOf } from './trial.ts';
import { namesOf } from './verb.ts';
import { complaintsAbout, openStage, type Stage } from './sample.ts';

let stage: Stage;
beforeAll(async () => void (stage = await openStage()), 60_000);
afterAll(() => stage.close());

describe('an operation has its effect once, or says clearly that it failed', () => {
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
});

describe('what was asked for is told, or that it cannot be told now', () => {
  test.each(namesOf.readings)('%s', { timeout: 60_000 }, async (name) => {
    expect(await complaintsAbout(name, stage, { seed: 2, quick: 3, slow: 0 })).toEqual([]);
  });
});

describe('a bell or a timer has its effect once, now or when it comes again', () => {
  test.each(namesOf.rings)('%s', { timeout: 60_000 }, async (name) => {
    expect(await complaintsAbout(name, stage, { seed: 3, quick: 6, slow: 1 })).toEqual([]);
  });
});
