/** Bells are hints: lost, doubled or late, the road comes to the same end. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { putBudget } from '../../shared/budgets/set.ts';
import { ringDueWork } from '../../shared/road/ring-due-work.ts';
import { admin, answerBells, folk, openTown, type Town } from './town.ts';

let town: Town;
beforeEach(async () => {
  town = await openTown();
});
afterEach(() => town.close());

/** All bells are lost; then the timer rings, and what it rings is heard, but nothing that follows from it. */
async function onlyTheSweep(): Promise<void> {
  town.lose();
  await town.pass(15);
  town.lose();
  await ringDueWork(town.platform);
  for (const { at: _, ...ring } of town.world.rung.splice(0)) await answerBells(town.platform, ring);
  town.lose();
}

async function until(id: string, state: string, most = 8): Promise<void> {
  for (let sweeps = 0; sweeps < most && (await town.state(id)) !== state; sweeps++) await onlyTheSweep();
  expect(await town.state(id)).toBe(state);
}

async function everyAgentWorks(): Promise<void> {
  for (const agent of folk.workers) {
    for (const task of await town.claim(agent, { max: 10 })) await town.complete(agent, task);
  }
  town.lose();
}

describe('when every bell is lost, the sweep alone', () => {
  test('brings a job from submit to its end', async () => {
    const id = await town.submit({ supporting_agents: ['reader', 'checker'] });
    await until(id, 'awaiting_approval');
    await town.vote(id, 'hanna');
    await town.vote(id, 'hugo');
    await until(id, 'executing');
    await everyAgentWorks();
    await onlyTheSweep();
    await onlyTheSweep();
    await everyAgentWorks();
    await until(id, 'succeeded');
  });

  test('takes a rejection to its job', async () => {
    const id = await town.submit();
    await until(id, 'awaiting_approval');
    for (const head of ['hanna', 'hugo']) await town.vote(id, head, { decision: 'no', reasoning: 'no' });
    await until(id, 'rejected');
  });

  test('ends a running job that is cancelled', async () => {
    const id = await town.started();
    await town.cancel(id);
    await until(id, 'cancelled');
  });

  test('ends a job whose holder died', async () => {
    const id = await town.started({ max_retries: 0 });
    await town.one('writer');
    town.beating.delete('writer');
    await until(id, 'failed', 12);
  });

  test('takes a delayed task to its next try', async () => {
    const id = await town.started();
    await town.fail('writer', await town.one('writer'));
    for (let sweeps = 0; sweeps < 3; sweeps++) await onlyTheSweep();
    await town.complete('writer', await town.one('writer'));
    await until(id, 'succeeded');
  });

  test('wakes a job whose wait is over', async () => {
    const id = await town.submit({ required_tools: [{ tool_name: 'linter' }] });
    await until(id, 'blocked');
    await town.tool('linter');
    await until(id, 'awaiting_approval');
  });

  test('starts a job that was approved while there was no money', async () => {
    await putBudget(town.platform, admin, { scope: 'month', limit_usd: 0 });
    const id = await town.started({ max_budget_usd: 1 });
    await putBudget(town.platform, admin, { scope: 'month', limit_usd: 5 });
    await until(id, 'executing');
  });

  test('ends a job that retries', async () => {
    const id = await town.started();
    await everyAgentWorks();
    await until(id, 'succeeded');
    await town.retry(id);
    await until(id, 'awaiting_approval');
    expect((await town.job(id)).deployment_number).toBe(2);
  });
});

test('while no bell is heard for hours, a new job loses none of its tries', async () => {
  const id = await town.submit();
  for (let sweeps = 0; sweeps < 30; sweeps++) {
    town.lose();
    await town.pass(300);
    await ringDueWork(town.platform);
  }
  expect(await town.job(id)).toMatchObject({ state: 'submitted', attempts: 0 });
  await town.settle();
  expect(await town.state(id)).toBe('awaiting_approval');
});

test('when every bell comes twice, all happens once', async () => {
  await town.close();
  town = await openTown(
    {},
    {
      answer: async (platform, ring) => {
        await answerBells(platform, ring);
        await answerBells(platform, ring);
      },
    },
  );
  const id = await town.started({ supporting_agents: ['reader', 'checker'], max_budget_usd: 1 });
  await town.work({ input_tokens: 10, output_tokens: 5 });
  const expected = [
    'submitted',
    'estimated',
    'validated',
    'approved',
    'started',
    'tasks_ended',
    'run_ended',
    'learned',
  ];
  expect(await town.events(id)).toEqual(expected);
  expect(await town.sql('select count(*) n from approvals')).toEqual([{ n: 1 }]);
  expect(await town.sql('select count(*) n from tasks')).toEqual([{ n: 3 }]);
  expect(await town.sql('select completed from agent_records')).toEqual([
    { completed: 1 },
    { completed: 1 },
    { completed: 1 },
  ]);
  expect(await town.sql('select n from (select count(*) n from calibrations)')).toEqual([{ n: 1 }]);
});

test('when bells come two at once, all happens once', async () => {
  await town.close();
  town = await openTown(
    {},
    {
      answer: async (platform, ring) => {
        await Promise.all([answerBells(platform, ring), answerBells(platform, ring)]);
      },
    },
  );
  const id = await town.started({ supporting_agents: ['reader'] });
  await town.work({ input_tokens: 10, output_tokens: 5 });
  expect(await town.state(id)).toBe('succeeded');
  expect(await town.sql('select count(*) n from approvals')).toEqual([{ n: 1 }]);
  expect(await town.sql('select sum(completed) n from agent_records')).toEqual([{ n: 2 }]);
});

test('a bell that comes too late, or for nobody, does nothing', async () => {
  const id = await town.started();
  await town.work();
  const { version } = await town.job(id);
  for (const bell of ['estimate', 'validate', 'execute', 'learn', 'wake', 'ask'] as const) {
    town.world.ring(bell, id);
    town.world.ring(bell, 'job_of_nobody');
  }
  await town.settle();
  expect(await town.job(id)).toMatchObject({ version, state: 'succeeded' });
});
