/** The road of a job over Azure SQL's engine and the real driver, with nothing going wrong and with much. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { putBudget } from '../../shared/budgets/set.ts';
import { listSeals, sealRecord } from '../../shared/events/seal.ts';
import { checkRecord } from '../../shared/insights/check-record.ts';
import { recordInDatabase } from '../../shared/insights/record-source.ts';
import { admin, type Town } from '../road/town.ts';
import { patient } from './faults/desk.ts';
import { everyJobEnds } from './faults/trouble.ts';
import { openSqlTown, type SqlTown } from './faults/town.ts';

let sql: SqlTown;
let town: Town;
beforeEach(async () => {
  sql = await openSqlTown({ patience: patient });
  town = sql.town;
});
afterEach(() => sql.close());

const check = () => checkRecord(recordInDatabase(town.platform.db.read, town.platform.sealer));
const usage = { input_tokens: 700, output_tokens: 100 };

describe('nothing goes wrong', () => {
  test('a job is submitted, voted on, worked at and learned from, and its record verifies', async () => {
    await town.tool('linter', { rate_limit: 100 });
    await town.resource('bench', 8);
    await putBudget(town.platform, admin, { scope: 'month', limit_usd: 100 });
    const id = await town.submitted({
      supporting_agents: ['reader'],
      required_tools: [{ tool_name: 'linter' }],
      required_resources: [{ resource_type: 'compute', amount: 2, unit: 'cores' }],
      max_budget_usd: 1,
      model: 'gpt-4o',
    });
    expect(await town.answer(id)).toMatchObject({ state: 'awaiting_approval', approval: { required_count: 2 } });
    await town.approve(id);
    const tasks = await town.tasks(id);
    expect(
      Object.values(tasks)
        .map(({ state }) => state)
        .toSorted(),
    ).toEqual(['queued', 'waiting']);
    await town.progress('reader', await town.one('reader'), usage);
    await town.pass(1);
    for (const task of town.held.get('reader') ?? []) await town.complete('reader', task, usage);
    await town.work(usage);
    expect(await town.answer(id)).toMatchObject({ state: 'succeeded', actual: { total_tokens: 1600 } });
    expect((await town.answer(await town.submitted({ supporting_agents: ['reader'] }))).estimated_tokens).toBe(1600);
    await sealRecord(town.platform);
    expect(await listSeals(town.platform.db.read)).toHaveLength(1);
    expect(await check()).toMatchObject({ bad: null });
  });

  test('jobs are cancelled, rejected, changed, retried, blocked and woken, and tasks fail and are given back', async () => {
    await town.cancel(await town.submitted());
    const rejected = await town.submitted();
    for (const head of ['hanna', 'hugo']) await town.vote(rejected, head, { decision: 'no', reasoning: 'no' });
    await town.settle();
    await town.retry(rejected);
    await town.settle();
    expect(await town.state(rejected)).toBe('awaiting_approval');
    await town.change(rejected, { priority: 6 });
    await town.settle();
    await town.approve(rejected);
    await town.release('writer', await town.one('writer'));
    await town.fail('writer', await town.one('writer'));
    await town.settle();
    await town.pass(60);
    await town.sweep();
    await town.work(usage);
    const blocked = await town.submitted({ required_tools: [{ tool_name: 'saw' }] });
    expect(await town.state(blocked)).toBe('blocked');
    await town.tool('saw');
    await town.settle();
    expect([await town.state(rejected), await town.state(blocked)]).toEqual(['succeeded', 'awaiting_approval']);
    expect(await check()).toMatchObject({ bad: null });
  });
});

test('much goes wrong: every acknowledged job reaches an end once faults stop', { timeout: 60_000 }, () =>
  everyJobEnds(1),
);
