import { expect, it } from 'vitest';
import {
  deploymentsOf,
  findDeployment,
  findDeployments,
  insertDeployment,
  storeAlone,
  storeEstimate,
  storeOutcome,
  storeReadiness,
} from '../../shared/deployments/store.ts';
import { aDefinition, noon, storedJob } from '../jobs/a-job.ts';
import { openWorld } from '../world.ts';

it('a deployment keeps its definition as it was, and what was found about it', async () => {
  const world = await openWorld({}, { at: noon });
  const { read, transaction } = world.platform.db;
  const definition = aDefinition({ input: { deep: [{ ä: null }, 1.5] }, max_budget_usd: 0.1 });
  const job = await storedJob(world, definition);
  const id = job.deployment_id;
  const actual = {
    input_tokens: 1,
    cached_tokens: 0,
    output_tokens: 2,
    total_tokens: 3,
    cost_micros: 4,
    duration_seconds: 5.5,
    tasks: [],
  };
  await transaction('found', async (tx) => {
    await storeEstimate(tx, { id, estimate: { tokens: 7 } });
    await storeReadiness(tx, { id, readiness: { is_ready: true } });
    await storeAlone(tx, { id, alone_because: 'fixer cannot take a task now' });
    await storeOutcome(tx, { id, outcome: 'succeeded', outcome_reason: 'all tasks', actual });
    await insertDeployment(tx, { id: 'deploy_2', job_id: job.id, number: 2, definition });
  });
  expect(await findDeployment(read, { id })).toEqual({
    id,
    alone_because: 'fixer cannot take a task now',
    job_id: job.id,
    number: 1,
    definition,
    estimate: { tokens: 7 },
    readiness: { is_ready: true },
    outcome: 'succeeded',
    outcome_reason: 'all tasks',
    actual,
    created_at: noon,
    ended_at: noon,
  });
  expect((await deploymentsOf(read, { job_id: job.id })).map(({ number, ended_at }) => [number, ended_at])).toEqual([
    [1, noon],
    [2, null],
  ]);
  expect((await findDeployments(read, [id, 'deploy_2', 'deploy_gone'])).length).toBe(2);
  expect(await findDeployment(read, { id: 'deploy_gone' })).toBeUndefined();
  await world.close();
});
