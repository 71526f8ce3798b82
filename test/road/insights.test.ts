/** What a Muster in use tells of itself, and what it still tells when its database fails. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { routes } from '../../functions/routes.ts';
import { Budget } from '../../shared/budgets/budget.ts';
import { listBudgets } from '../../shared/budgets/set.ts';
import { checkHealth, Health } from '../../shared/insights/health.ts';
import { metricsText } from '../../shared/insights/metrics.ts';
import { getStatistics, Statistics } from '../../shared/insights/statistics.ts';
import type { Engine } from '../../shared/platform/database/transactions.ts';
import { getInfrastructure, Infrastructure } from '../../shared/readiness/infrastructure.ts';
import { JobAnswer } from '../../shared/road/job-answer.ts';
import { validateDefinition, Validation } from '../../shared/road/validate-definition.ts';
import { openDesk } from '../http/desk.ts';
import { definition, openTown, submitter, type Town } from './town.ts';

let town: Town;
beforeEach(async () => {
  town = await openTown();
});
afterEach(() => town.close());

/** As documented: nothing is missing and nothing is left over, as it goes out. */
function fits(schema: z.ZodType, value: unknown): void {
  const said: unknown = JSON.parse(JSON.stringify(value));
  expect(JSON.parse(JSON.stringify(schema.parse(said)))).toEqual(said);
}

test('every answer about a Muster in use fits its schema', async () => {
  await town.tool('linter', { rate_limit: 10, secret_name: 'lint' });
  await town.resource('bench', 4);
  await town.started({ required_tools: [{ tool_name: 'linter', required: false }], max_budget_usd: 1 });
  await town.work({ input_tokens: 900, output_tokens: 100 });
  const failed = await town.started({
    max_retries: 0,
    required_resources: [{ resource_type: 'compute', amount: 1, unit: 'cores' }],
  });
  fits(Infrastructure, await getInfrastructure(town.platform));
  await town.fail('writer', await town.one('writer'));
  await town.settle();
  const blocked = await town.submitted({ required_tools: [{ tool_name: 'none' }] });
  for (const id of [failed, blocked, await town.started(), await town.submitted()])
    fits(JobAnswer, await town.answer(id));
  fits(Statistics, await getStatistics(town.platform));
  fits(Health, await checkHealth(town.platform));
  for (const budget of await listBudgets(town.platform)) fits(Budget, budget);
  const { jobs, tasks, key_figures } = await getStatistics(town.platform);
  expect(jobs).toEqual({ succeeded: 1, failed: 1, blocked: 1, executing: 1, awaiting_approval: 1 });
  expect(tasks).toEqual({ succeeded: 1, failed: 1, queued: 1 });
  const figures = Object.fromEntries(key_figures.map(({ name, value }) => [name, value]));
  expect(figures).toMatchObject({
    'success rate': 0.5,
    'approval agreement': 1,
    'approval latency p50': 0,
    'average confidence': 0.9,
  });
  expect(await metricsText(town.platform)).toContain('muster_jobs{state="succeeded"} 1\n');
});

describe('validating a definition', () => {
  test('tells what would happen, and stores nothing', async () => {
    const count = () => town.sql('select (select count(*) from jobs) jobs, (select count(*) from events) events');
    const before = await count();
    const answer = await validateDefinition(
      town.platform,
      submitter,
      definition({ priority: 2, max_budget_usd: 5000 }),
    );
    fits(Validation, answer);
    expect(answer).toMatchObject({ is_valid: true, within_budget: true, over: null, policy: { workflow: 'critical' } });
    expect(answer.warnings.join(' ')).toMatch(/No tools are named.*more than 1,000 dollars/s);
    expect(await count()).toEqual(before);
  });

  test('tells what is missing and what is over', async () => {
    const asked = definition({
      max_tokens: 1,
      required_tools: [{ tool_name: 'none' }, { tool_name: 'maybe', required: false }],
    });
    const answer = await validateDefinition(town.platform, submitter, asked);
    expect(answer).toMatchObject({ is_valid: false, within_budget: false, over: { code: 'over_token_limit' } });
    expect(answer.validation).toMatchObject({ is_ready: false, missing_tools: ['none'] });
    expect(answer.warnings.join(' ')).toContain('maybe');
  });

  test('refuses units that it does not know', async () => {
    const asked = definition({ required_resources: [{ resource_type: 'memory', amount: 1, unit: 'parsecs' }] });
    await expect(validateDefinition(town.platform, submitter, asked)).rejects.toMatchObject({ code: 'unknown_unit' });
    await expect(town.submit(asked)).rejects.toMatchObject({ code: 'unknown_unit' });
  });
});

describe('a database that fails', () => {
  /** Fails every statement and every commit while told to. */
  const failing = () => {
    const state = { failing: false };
    const broken = () =>
      Promise.reject(Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 10 }));
    const engine = (inner: Engine): Engine => ({
      ...inner,
      read: (query) => (state.failing ? broken() : inner.read(query)),
      atomically: (work) => (state.failing ? broken() : inner.atomically(work)),
    });
    return { state, engine };
  };

  test('is told by health, and by every route as a fault without its words', async () => {
    const { state, engine } = failing();
    const desk = await openDesk(routes, {}, { engine });
    const as = desk.admin;
    state.failing = true;
    const ready = await desk.ask('GET /api/health/ready');
    expect([ready.status, ready.body['status']]).toEqual([503, 'down']);
    expect((await desk.ask('GET /api/health/live')).status).toBe(200);
    const job = await desk.ask('GET /api/v1/deployment/jobs/job_1', { as });
    expect(job.status).toBeGreaterThanOrEqual(500);
    expect(job.text).not.toContain('disk');
    state.failing = false;
    expect((await desk.ask('GET /api/health/ready')).body['status']).toBe('ok');
    await desk.close();
  });

  test('stops no job for good: the road goes on when it is back', async () => {
    const { state, engine } = failing();
    const broken = await openTown({}, { engine });
    const id = await broken.submit();
    state.failing = true;
    await expect(broken.settle()).rejects.toThrow('disk I/O error');
    state.failing = false;
    await broken.pass(60);
    await broken.sweep();
    expect(await broken.state(id)).toBe('awaiting_approval');
    await broken.close();
  });
});
