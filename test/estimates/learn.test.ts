import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { durationsOf, pacesOf, rememberDurations } from '../../shared/estimates/durations.ts';
import { estimateFor } from '../../shared/estimates/estimate.ts';
import { lockLearner, observeJobs, type Observation } from '../../shared/estimates/learn.ts';
import { putPrices } from '../../shared/estimates/put-prices.ts';
import { estimateAccuracy } from '../../shared/estimates/statistics.ts';
import { openWorld, type World } from '../world.ts';

const admin = { id: 'admin', kind: 'person', roles: ['admin'], owner_id: null } as const;

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const question = { job_name: 'scan', model: 'gpt-4o', estimated_calls: 1, payload_tokens: null };
const estimate = (job_name = 'scan', model: string | null = 'gpt-4o') =>
  estimateFor(world.platform.db.read, { ...question, job_name, model });

let count = 0;
const observation = (facts: Partial<Observation> = {}): Observation => ({
  job_name: 'scan',
  model: 'gpt-4o',
  deployment_id: `dep_${String((count += 1)).padStart(6, '0')}`,
  category: 'core_security',
  tokens: { input_tokens: 1500, cached_tokens: 0, output_tokens: 500, total_tokens: 2000 },
  cost_micros: 8750,
  estimate: null,
  ...facts,
});
const learn = (...observations: Observation[]) =>
  world.platform.db.transaction('learn', async (tx) => {
    await lockLearner(tx);
    await observeJobs(tx, observations);
  });

describe('what has been learned', () => {
  it('makes the next estimate of the same job, in tokens and dollars', async () => {
    await learn(observation(), observation());
    const { tokens, cost_usd, cost_expected_micros } = await estimate();
    expect(tokens).toMatchObject({ expected: 2000, basis: '2 earlier runs of this job; they vary by ±0 %' });
    expect([cost_usd?.expected, cost_expected_micros]).toEqual([0.00875, 8750]);
  });

  it('makes the estimate of a new job too', async () => {
    await learn(observation(), observation({ job_name: 'write' }));
    const { tokens } = await estimate('third');
    expect(tokens).toMatchObject({
      expected: 2000,
      basis: 'no earlier runs of this job; 2 runs of other jobs; they vary by ±0 %',
    });
  });

  it('is the same in one batch as one by one', async () => {
    const runs = [300, 5000, 40, 0].map((total_tokens) =>
      observation({ tokens: { input_tokens: total_tokens, cached_tokens: 0, output_tokens: 0, total_tokens } }),
    );
    await learn(...runs);
    const together = await estimate();
    const other = await openWorld();
    for (const run of runs) await other.platform.db.transaction('learn', (tx) => observeJobs(tx, [run]));
    expect(await estimateFor(other.platform.db.read, question)).toEqual(together);
    await other.close();
  });

  it('holds no dollars of a run whose cost nobody knew', async () => {
    const unpriced = await estimate('scan', 'ours');
    await learn(observation({ model: 'ours', cost_micros: 0, estimate: unpriced }));
    const override = { model: 'ours', input_usd_per_million: 1, output_usd_per_million: 1 };
    await putPrices(world.platform, admin, { overrides: [override] });
    expect((await estimate('scan', 'ours')).cost_expected_micros).toBe(2000);
  });

  it('is kept by concurrent learners', async () => {
    const batches = Array.from({ length: 20 }, () => learn(observation(), observation({ job_name: 'write' })));
    await Promise.all(batches);
    expect((await estimate()).tokens.basis).toMatch(/^20 earlier runs/);
    expect((await estimate('new')).tokens.basis).toMatch(/40 runs of other jobs/);
  });

  it('is undone with its transaction', async () => {
    const fails = world.platform.db.transaction('learn', async (tx) => {
      await lockLearner(tx);
      await observeJobs(tx, [observation()]);
      throw new Error('later');
    });
    await expect(fails).rejects.toThrow('later');
    expect((await estimate()).tokens.basis).toMatch(/^no earlier runs/);
  });
});

describe('the statistics', () => {
  const statistics = async () => ({
    tokens: await estimateAccuracy(world.platform.db.read, { target: 'tokens' }),
    cost: await estimateAccuracy(world.platform.db.read, { target: 'cost' }),
  });

  it('say how predictions held, for tokens and for cost', async () => {
    await learn(observation());
    const foretold = await estimate();
    await learn(
      observation({ estimate: foretold }),
      observation({
        estimate: foretold,
        tokens: { input_tokens: 1_000_000, cached_tokens: 0, output_tokens: 0, total_tokens: 1_000_000 },
        cost_micros: 2_500_000,
      }),
    );
    const { tokens, cost } = await statistics();
    expect(tokens).toMatchObject({ n: 2, within_10_percent: 0.5, coverage_80: 0.5, coverage_90: 0.5 });
    expect(tokens.mape).toBeCloseTo(0.499, 3);
    expect(cost).toMatchObject({ n: 2, within_10_percent: 0.5, coverage_80: 0.5 });
  });

  it('know nothing of jobs that were not foretold, nor of the cost of those without a price or a model', async () => {
    await learn(
      observation(),
      observation({ model: 'ours', estimate: await estimate('scan', 'ours') }),
      observation({ model: null, cost_micros: 0, estimate: await estimate('scan', null) }),
    );
    const { tokens, cost } = await statistics();
    expect([tokens.n, cost.n]).toEqual([2, 0]);
  });

  it('take a batch of a hundred', async () => {
    const foretold = await estimate();
    await learn(...Array.from({ length: 100 }, (_, i) => observation({ job_name: `job-${i}`, estimate: foretold })));
    expect(await statistics()).toMatchObject({ tokens: { n: 100 }, cost: { n: 100 } });
  });
});

describe('durations', () => {
  const remember = (...durations: { key: string; seconds: number }[]) =>
    world.platform.db.transaction('learn', (tx) => rememberDurations(tx, durations));
  const known = (...keys: string[]) => durationsOf(world.platform.db.read, keys);

  it('are the median of the last 32', async () => {
    await remember({ key: 'agent:a', seconds: 3 }, { key: 'agent:b', seconds: 7.0004 }, { key: 'agent:a', seconds: 5 });
    expect(await known('agent:a', 'agent:b', 'agent:c')).toEqual(
      new Map([
        ['agent:a', 4],
        ['agent:b', 7],
      ]),
    );
    await remember(...Array.from({ length: 32 }, () => ({ key: 'agent:a', seconds: 100 })));
    expect(await known('agent:a')).toEqual(new Map([['agent:a', 100]]));
  });

  it('tell the pace of an agent: the median, and what 19 of 20 have not passed', async () => {
    const seconds = Array.from({ length: 40 }, (_, i) => i + 1); // 9 to 40 are kept
    await remember(...seconds.map((each) => ({ key: 'agent:a', seconds: each })), { key: 'agent:b', seconds: 3 });
    const paces = await pacesOf(world.platform.db.read, ['agent:a', 'agent:b', 'agent:c']);
    expect([...paces]).toEqual([
      ['agent:a', { median_seconds: 24.5, p95_seconds: 39, runs: 32 }],
      ['agent:b', { median_seconds: 3, p95_seconds: 3, runs: 1 }],
    ]);
  });

  it('leave out what is no duration', async () => {
    await remember({ key: 'agent:a', seconds: -1 }, { key: 'agent:a', seconds: Number.NaN });
    expect(await known('agent:a')).toEqual(new Map());
    expect(await known()).toEqual(new Map());
  });
});
