/** Row 4 of the proof: whatever goes wrong wherever, a bell or a timer has its effect once, now or when it comes again. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { complaintsAbout, openStage, type Stage } from './sample.ts';
import { namesOf } from './verb.ts';

let stage: Stage;
beforeAll(async () => void (stage = await openStage()));
afterAll(() => stage.close());

test.each(namesOf.rings)('%s', { timeout: 60_000 }, async (name) => {
  expect(await complaintsAbout(name, stage, { seed: 3, quick: 6, slow: 1 })).toEqual([]);
});
