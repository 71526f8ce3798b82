/** Row 4 of the proof in full: each transient number, time-out and reset, at each place, for every verb. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaintsAbout, everything, openStage, type Stage } from '../azure/faults/sample.ts';
import { everyJobEnds } from '../azure/faults/trouble.ts';
import { namesOf } from '../azure/faults/verb.ts';

describe('every verb', () => {
  let stage: Stage;
  beforeAll(async () => void (stage = await openStage()));
  afterAll(() => stage.close());

  test.each([...namesOf.changes, ...namesOf.rings, ...namesOf.readings])('%s', async (name) => {
    expect(await complaintsAbout(name, stage, everything)).toEqual([]);
  });
});

const seeds = Array.from({ length: 30 }, (_, at) => at + 1);
test.each(seeds)('every acknowledged job reaches an end on a road where much goes wrong (seed %i)', everyJobEnds);
