import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerBells, openTown, type Town } from './town.ts';

let town: Town;
beforeEach(async () => {
  town = await openTown();
});
afterEach(() => town.close());

const usage = { input_tokens: 700, output_tokens: 100 };

/** Over, but nobody has learned from it: the bells of `learn` are lost. */
async function unlearned(more = {}): Promise<string> {
  const id = await town.started(more);
  await town.complete('writer', await town.one('writer'), usage);
  await town.world.settle(async (platform, ring) => {
    if (ring.bell !== 'learn') await answerBells(platform, ring);
  });
  expect(await town.state(id)).toBe('learning');
  return id;
}
const known = async (table: string, key: string) =>
  (await town.sql<Record<string, string>>(`select * from ${table} order by ${key}`)).map((row) => row[key]);

test('what a job has used is the next estimate, and stands on the records of its agents', async () => {
  const id = await unlearned();
  expect((await town.answer(id)).explanation).toMatch(/^It has ended as succeeded; the estimate is being compared/);
  expect(await town.answer(id)).toMatchObject({ status: 'success', can_proceed: true, outcome: 'succeeded' });
  await town.pass(2);
  await town.sweep();
  expect(await town.state(id)).toBe('succeeded');
  expect((await town.answer(await town.submitted())).estimated_tokens).toBe(800);
  expect(await town.sql('select agent_id, completed, failed, tokens from agent_records')).toEqual([
    { agent_id: 'writer', completed: 1, failed: 0, tokens: 800 },
  ]);
  expect(await known('durations', 'duration_key')).toEqual(['agent:writer', 'job:report']);
  expect(await town.sql('select predicted, actual from calibrations')).toEqual([{ predicted: 1000, actual: 800 }]);
});

test('a batch is learned from at one ring', async () => {
  const ids = [await unlearned(), await unlearned(), await unlearned()];
  town.world.ring('learn', 'any of them');
  await town.settle();
  for (const id of ids) expect(await town.state(id)).toBe('succeeded');
});

test('a job that was stopped teaches nothing of tokens; one that failed after work does', async () => {
  const stopped = await town.started({ job_name: 'stopped' });
  const task = await town.one('writer');
  await town.progress('writer', task, usage);
  await town.cancel(stopped);
  await town.settle();
  await town.complete('writer', task, usage);
  await town.settle();
  expect(await town.state(stopped)).toBe('cancelled');
  const failed = await town.started({ job_name: 'failed', max_retries: 0 });
  await town.fail('writer', await town.one('writer'), true, usage);
  await town.settle();
  expect(await town.state(failed)).toBe('failed');
  expect((await known('predictors', 'prediction_key')).filter((key) => key?.startsWith('job:'))).toEqual([
    'job:failed',
  ]);
});

describe('a job that cannot be learned from', () => {
  test('holds nobody up, and ends with its outcome and an action item', async () => {
    const poison = await unlearned({ job_name: 'poison' });
    await town.tamper(
      `insert into predictors (prediction_key, state, changed_at) values ('job:poison', '{"tokens":{"n":"x"}}', '2026-01-01T00:00:00.000Z')`,
    );
    await town.tamper(`update deployments set actual = '{"tasks":null}' where job_id = ?`, poison);
    const healthy = await unlearned({ job_name: 'healthy' });
    town.world.ring('learn', poison);
    await town.settle();
    expect([await town.state(poison), await town.state(healthy)]).toEqual(['learning', 'succeeded']);
    for (let tries = 0; tries < 12; tries++) {
      await town.world.advance(301);
      await town.sweep();
    }
    expect(await town.job(poison)).toMatchObject({ state: 'succeeded', due_at: null });
    const items = await town.sql('select code, subject from action_items');
    expect(items).toEqual([{ code: 'learning_keeps_failing', subject: poison }]);
    expect(town.world.logged.map(({ msg }) => msg)).toContain('a job could not be learned from');
  });

  test('ends so too when what it used was lost', async () => {
    const id = await unlearned();
    await town.tamper('update deployments set actual = null where job_id = ?', id);
    for (let tries = 0; tries < 12; tries++) {
      await town.world.advance(301);
      await town.sweep();
    }
    expect(await town.state(id)).toBe('succeeded');
    expect(await town.sql('select subject from action_items')).toEqual([{ subject: id }]);
  });
});
