import { describe, expect, it } from 'vitest';
import { costsWith, splitOf, usualSplit, withRun, withRunOfAny, type Used } from '../../shared/estimates/history.ts';

const run: Used = {
  model: 'gpt-4o',
  tokens: { input_tokens: 800, cached_tokens: 300, output_tokens: 200, total_tokens: 1000 },
  cost_micros: 5000,
};
const nothingUsed = { input_tokens: 0, cached_tokens: 0, output_tokens: 0, total_tokens: 0 };

describe('a history', () => {
  it('keeps tokens, output, dollars by model, and how tokens split', () => {
    const history = withRun(withRun(undefined, run), run);
    expect(history).toMatchObject({
      tokens: { n: 2, average: 1000 },
      output: { n: 2, average: 200 },
      split: { input_tokens: 1600, cached_tokens: 600, output_tokens: 400 },
    });
    expect(costsWith(history, 'gpt-4o')).toMatchObject({ n: 2, average: 5000 });
    expect(costsWith(history, 'gpt-5')).toBeUndefined();
  });

  it('keeps the dollars of the eight models used last', () => {
    const models = Array.from({ length: 12 }, (_, i) => `model-${i}`);
    const history = models.reduce<ReturnType<typeof withRun> | undefined>(
      (h, model) => withRun(h, { ...run, model }),
      undefined,
    );
    expect(history?.costs.map(({ model }) => model)).toEqual(models.slice(-8));
  });

  it('learns no dollars without a model or a cost', () => {
    expect(withRun(undefined, { ...run, model: null }).costs).toEqual([]);
    expect(withRun(undefined, { ...run, cost_micros: null }).costs).toEqual([]);
  });

  it('of all jobs takes no dollars, and no runs that used nothing', () => {
    expect(withRunOfAny(undefined, run)).toMatchObject({ tokens: { n: 1 }, costs: [] });
    expect(withRunOfAny(undefined, { ...run, tokens: nothingUsed }).tokens).toBeUndefined();
  });
});

describe('the split of tokens', () => {
  it('is the job’s, else that of all jobs, else three to one', () => {
    const own = withRun(undefined, run);
    const none = withRun(undefined, { ...run, tokens: nothingUsed });
    expect(splitOf(own, undefined)).toEqual(own.split);
    expect(splitOf(none, own)).toEqual(own.split);
    expect(splitOf(undefined, none)).toEqual(usualSplit);
  });
});
