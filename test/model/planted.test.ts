/** A model that nothing can fail would say nothing: each of these bugs makes Muster do otherwise. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bugs, openWith } from './planted.ts';
import { runs, storyOf } from './runs.ts';

/** Each must be caught within so many. */
const most = 400;

describe('the model catches that', () => {
  it.each(Object.entries(bugs))('%s', { timeout: 120_000 }, async (name, bug) => {
    const muster = await openWith(bug);
    const found = await fc.check(runs(muster), { seed: 1, numRuns: most, endOnFailure: true });
    process.stdout.write(`${name}: caught after ${found.numRuns} runs\n`);
    expect(storyOf(found)).toMatch(/^Muster: .* \| the model: /m);
    await muster.town.close();
  });
});

describe('a counterexample', () => {
  it('is shrunk to a short story', { timeout: 120_000 }, async () => {
    const muster = await openWith(bugs['a task is completed without its fence'] ?? {});
    const found = await fc.check(runs(muster), { seed: 1, numRuns: most });
    const story = storyOf(found);
    process.stdout.write(`${story}\n`);
    expect(story.split('\n').length).toBeLessThan(20);
    expect(story).toContain('Muster: answers "succeeded" | the model: answers refused: lease_lost');
    await muster.town.close();
  });
});
