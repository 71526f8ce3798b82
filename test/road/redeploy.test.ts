import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Caller } from '../../shared/access/caller.ts';
import { listDeployments } from '../../shared/road/deployments.ts';
import { getPlan } from '../../shared/road/plan-answer.ts';
import { listJobs } from '../../shared/road/read.ts';
import { changeDefinition, retryJob } from '../../shared/road/redeploy.ts';
import { admin, definition, openTown, submitter, type Town } from './town.ts';

let town: Town;
beforeEach(async () => {
  town = await openTown();
});
afterEach(() => town.close());

const olga: Caller = { id: 'olga', kind: 'person', roles: ['operator'], owner_id: null };
const rita: Caller = { id: 'rita', kind: 'person', roles: ['reader'], owner_id: null };
const other: Caller = { id: 'otto', kind: 'person', roles: ['submitter'], owner_id: null };

describe('a job that has ended', () => {
  test('is retried as a new deployment of the same definition, over the whole road again', async () => {
    const id = await town.started({ max_retries: 0 });
    await town.fail('writer', await town.one('writer'));
    await town.settle();
    await town.retry(id);
    await town.settle();
    expect(await town.answer(id)).toMatchObject({
      ...{ state: 'awaiting_approval', deployment_number: 2, outcome: null, outcome_reason: null },
      ...{ started_at: null, finished_at: null, plan: null, actual: null },
    });
    await town.approve(id);
    await town.work();
    const deployments = await listDeployments(town.platform, submitter, { job_id: id });
    expect(deployments.map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, 'failed'],
      [2, 'succeeded'],
    ]);
    expect(deployments[1]?.definition).toEqual(deployments[0]?.definition);
  });

  test('is retried by an operator too, and by nobody else', async () => {
    const id = await town.submitted();
    await town.cancel(id);
    await expect(town.retry(id, other)).rejects.toMatchObject({ code: 'not_found' });
    await expect(town.retry(id, rita)).rejects.toMatchObject({ code: 'forbidden' });
    await town.retry(id, olga);
    expect((await town.job(id)).deployment_number).toBe(2);
  });

  test('is retried once for an Idempotency-Key', async () => {
    const id = await town.submitted();
    await town.cancel(id);
    const again = () => retryJob(town.platform, submitter, { job_id: id, idempotency_key: 'k' });
    expect([await again(), await again()]).toEqual([id, id]);
    expect((await town.job(id)).deployment_number).toBe(2);
  });

  test('cannot be changed', async () => {
    const id = await town.submitted();
    await town.cancel(id);
    await expect(town.change(id, {})).rejects.toMatchObject({ code: 'job_ended' });
  });
});

describe('a job on its way', () => {
  test('cannot be retried', async () => {
    await expect(town.retry(await town.submitted())).rejects.toMatchObject({ code: 'job_not_ended' });
    await expect(town.retry(await town.started())).rejects.toMatchObject({ code: 'job_not_ended' });
  });

  test('is changed only before it has started', async () => {
    await expect(town.change(await town.started(), {})).rejects.toMatchObject({ code: 'job_not_changeable' });
  });

  test('is changed only by whoever names the version that stands', async () => {
    const id = await town.submitted();
    const input = { job_id: id, definition: definition() };
    await expect(changeDefinition(town.platform, submitter, input)).rejects.toMatchObject({
      code: 'precondition_required',
    });
    const stale = changeDefinition(town.platform, submitter, { ...input, if_match: '"1"' });
    await expect(stale).rejects.toMatchObject({ code: 'stale' });
    await expect(
      changeDefinition(town.platform, submitter, { ...input, job_id: 'job_x', if_match: '*' }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });

  test('takes the columns of its new definition', async () => {
    const id = await town.submitted();
    await town.change(id, {
      priority: 7,
      primary_agent: 'reader',
      environment: 'test',
      max_execution_time_seconds: 60,
    });
    expect(await town.job(id)).toMatchObject({
      priority: 7,
      primary_agent: 'reader',
      environment: 'test',
      time_limit_seconds: 60,
    });
    const found = await listJobs(town.platform, submitter, { agent: 'reader', limit: 10 });
    expect(found.map(({ job_id }) => job_id)).toEqual([id]);
    expect(await listJobs(town.platform, submitter, { agent: 'writer', limit: 10 })).toEqual([]);
  });
});

describe('the same Idempotency-Key', () => {
  test('gives the same job, also when both come at once', async () => {
    const ids = await Promise.all([town.submit({}, { key: 'k' }), town.submit({}, { key: 'k' })]);
    expect(ids[1]).toBe(ids[0]);
    expect(await town.sql('select count(*) n from jobs')).toEqual([{ n: 1 }]);
  });

  test('with another body is refused', async () => {
    await town.submit({}, { key: 'k' });
    await expect(town.submit({ priority: 4 }, { key: 'k' })).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  });

  test('of another caller is another', async () => {
    await town.person('otto', 'submitter');
    expect(await town.submit({}, { key: 'k', by: other })).not.toBe(await town.submit({}, { key: 'k' }));
  });
});

describe('a submitter', () => {
  test('sees, cancels and changes only what is their own', async () => {
    await town.person('otto', 'submitter');
    const theirs = await town.started({});
    const own = await town.submitted({}, { by: other });
    for (const refused of [
      () => town.answer(theirs, other),
      () => town.cancel(theirs, other),
      () => town.change(theirs, {}, other),
      () => getPlan(town.platform, other, { job_id: theirs }),
      () => listDeployments(town.platform, other, { job_id: theirs }),
    ])
      await expect(refused()).rejects.toMatchObject({ code: 'not_found' });
    expect((await listJobs(town.platform, other, { limit: 10 })).map(({ job_id }) => job_id)).toEqual([own]);
  });

  test('sees what a service of theirs has submitted', async () => {
    const robot: Caller = { id: 'robot', kind: 'service', roles: ['submitter'], owner_id: 'sam' };
    const { writePrincipal } = await import('../../shared/access/change-principal.ts');
    await town.platform.db.transaction('robot', (tx) => writePrincipal(tx, { ...robot, name: 'robot', actor: 'ada' }));
    const id = await town.submit({}, { by: robot });
    expect(await town.answer(id, submitter)).toMatchObject({ job_id: id, submitted_by: 'robot' });
    await town.cancel(id, submitter);
  });

  test('is the only one to change a definition: whoever operates might approve it afterwards', async () => {
    const id = await town.submitted();
    const { version } = await town.job(id);
    for (const by of [olga, rita]) {
      await expect(town.change(id, { priority: 4 }, by)).rejects.toMatchObject({ code: 'forbidden' });
    }
    await expect(town.change(id, { priority: 4 }, other)).rejects.toMatchObject({ code: 'not_found' });
    expect(await town.job(id)).toMatchObject({ version, priority: 5 });
  });

  test('is not who reads all', async () => {
    const id = await town.started();
    for (const reader of [admin, olga, rita]) expect(await town.answer(id, reader)).toMatchObject({ job_id: id });
    await expect(town.cancel(id, rita)).rejects.toMatchObject({ code: 'forbidden' });
    await town.cancel(id, olga);
  });
});

test('lists are filtered by state, category and words', async () => {
  const first = await town.submitted({ job_name: 'first_report' });
  const second = await town.started({ job_name: 'second_100' });
  const found = async (filter: object) =>
    (await listJobs(town.platform, rita, { ...filter, limit: 10 })).map(({ job_id }) => job_id).toSorted();
  expect(await found({ state: 'executing' })).toEqual([second]);
  expect(await found({ text: 'first' })).toEqual([first]);
  expect(await found({ text: '%' })).toEqual([]);
  expect(await found({ category: 'none' })).toEqual([]);
  const before = [first, second].toSorted()[1];
  expect(await found({ before })).toEqual([[first, second].toSorted()[0]]);
});
