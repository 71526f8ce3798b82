/** Row 4 of the proof: whatever goes wrong wherever, what was asked for is told, or that it cannot be told now. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { complaintsAbout, openStage, type Stage } from './sample.ts';
import { namesOf } from './verb.ts';

let stage: Stage;
beforeAll(async () => void (stage = await openStage()));
afterAll(() => stage.close());

test.each(namesOf.readings)('%s', { timeout: 60_000 }, async (name) => {
  expect(await complaintsAbout(name, stage, { seed: 2, quick: 3, slow: 0 })).toEqual([]);
});
