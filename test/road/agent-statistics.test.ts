import { afterEach, beforeEach, expect, test } from 'vitest';
import { AgentStatistics, getAgentStatistics } from '../../shared/insights/agent-statistics.ts';
import { admin, asAgent, openTown, type Town } from './town.ts';

let town: Town;
beforeEach(async () => {
  town = await openTown();
});
afterEach(() => town.close());

const of = async (agent_id: string, by = admin) => {
  const said = await getAgentStatistics(town.platform, by, { agent_id });
  expect(AgentStatistics.parse(said)).toEqual(said);
  return said;
};
const usage = { model: 'gold', input_tokens: 90, output_tokens: 10 };

test('an agent of whom nothing is known has figures of nothing', async () => {
  expect(await of('writer')).toEqual({
    agent_id: 'writer',
    load: { running: 0, limit: 10, queued: 0 },
    tasks: {
      ...{ completed: 0, failed: 0, tokens: 0, cost_usd: 0 },
      ...{ error_rate: null, median_seconds: null, p95_seconds: null },
      recent: { failed: 0, of: 0, failing: false },
    },
    voting: {
      ballots: 0,
      agreement: null,
      calibration: { judged: 0, mean_confidence: null, borne_out: null, brier_score: null, buckets: [] },
    },
  });
});

test('a worker is known by what it holds and by what it has done', async () => {
  for (const seconds of [2, 4]) {
    await town.started();
    const task = await town.one('writer');
    await town.pass(seconds);
    await town.complete('writer', task, usage);
    await town.settle();
  }
  await town.started({ max_retries: 0 });
  await town.fail('writer', await town.one('writer'), false, usage);
  await town.settle();
  await town.started();
  await town.started();
  await town.one('writer');
  expect(await of('writer', asAgent('writer'))).toMatchObject({
    load: { running: 1, limit: 10, queued: 1 },
    tasks: {
      ...{ completed: 2, failed: 1, tokens: 300, median_seconds: 2, p95_seconds: 4 },
      error_rate: 1 / 3,
      recent: { failed: 1, of: 3, failing: false },
    },
  });
});

test('a voter is known by whether others agreed and its confidence was borne out', async () => {
  const good = await town.submitted();
  await town.vote(good, 'hanna', { confidence: 0.9 });
  await town.vote(good, 'heidi', { decision: 'no', confidence: 0.6, reasoning: 'I doubt it' });
  await town.vote(good, 'hugo', { confidence: 0.5 });
  await town.settle();
  await town.work();
  const bad = await town.submitted({ max_retries: 0 });
  for (const head of ['hanna', 'hugo']) await town.vote(bad, head, { confidence: 0.9 });
  await town.settle();
  await town.fail('writer', await town.one('writer'), false);
  await town.settle();
  const rejected = await town.submitted();
  for (const head of ['hanna', 'heidi']) await town.vote(rejected, head, { decision: 'no', reasoning: 'no' });
  await town.settle();
  await town.vote(await town.submitted(), 'hanna');
  const { voting } = await of('hanna');
  expect(voting).toMatchObject({ ballots: 4, agreement: 1, calibration: { judged: 2, borne_out: 0.5 } });
  expect(voting.calibration.brier_score).toBeCloseTo((0.01 + 0.81) / 2);
  expect((await of('heidi')).voting).toMatchObject({
    ballots: 2,
    agreement: 0.5,
    calibration: { judged: 1, borne_out: 0 },
  });
});

test('an agent sees its own figures, and nobody sees those of nobody', async () => {
  await expect(of('writer', asAgent('reader'))).rejects.toMatchObject({ code: 'not_found' });
  await expect(of('nobody')).rejects.toMatchObject({ code: 'not_found' });
});
