import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { putBudget } from '../../shared/budgets/set.ts';
import { admin, openTown, type Town } from './town.ts';

let town: Town;
beforeEach(async () => {
  town = await openTown();
});
afterEach(() => town.close());

const approvalOf = async (id: string) => {
  const [row] = await town.sql<{
    id: string;
    state: string;
    due_at: Date | null;
    valid_seconds: number;
    deadline_at: Date;
  }>(
    'select * from approvals where job_id = ? order by (select number from deployments where id = deployment_id) desc',
    id,
  );
  if (row === undefined) throw new Error('no question');
  return row;
};
const budget = (limit_usd: number) => putBudget(town.platform, admin, { scope: 'month', limit_usd });

test('two heads that say no end the job as rejected, with their reasons', async () => {
  const id = await town.submitted();
  await town.vote(id, 'hanna', { decision: 'no', reasoning: 'too vague' });
  await town.vote(id, 'hugo', { decision: 'no', reasoning: 'too dear' });
  await town.settle();
  const answer = await town.answer(id);
  expect(answer).toMatchObject({ state: 'rejected', status: 'rejected', can_proceed: false });
  expect(answer.outcome_reason).toMatch(/hanna: too vague hugo: too dear$/);
  expect(await approvalOf(id)).toMatchObject({ state: 'rejected', due_at: null });
  expect(await town.tasks(id)).toEqual({});
});

test('one no settles nothing while two others can say yes', async () => {
  const id = await town.submitted();
  await town.vote(id, 'hanna', { decision: 'no', reasoning: 'hm' });
  await town.settle();
  expect(await town.state(id)).toBe('awaiting_approval');
  await town.approve(id, ['hugo', 'heidi']);
  expect(await town.state(id)).toBe('executing');
});

test('a question that nobody answers expires at its deadline, which is not a rejection', async () => {
  const id = await town.submitted();
  await town.pass(86_390);
  await town.sweep();
  expect(await town.state(id)).toBe('awaiting_approval');
  await town.pass(11);
  await town.sweep();
  expect(await town.answer(id)).toMatchObject({ state: 'expired', status: 'expired' });
  expect((await town.answer(id)).outcome_reason).toContain('by the deadline');
  expect(await approvalOf(id)).toMatchObject({ state: 'expired', due_at: null });
});

test('a ballot after the deadline counts no more, though nobody has closed the question yet', async () => {
  const id = await town.submitted();
  await town.vote(id, 'hanna');
  await town.world.advance(86_401);
  await town.beat('hugo');
  await expect(town.vote(id, 'hugo')).rejects.toMatchObject({ code: 'approval_closed' });
});

test('a granted approval that is not used in its time expires', async () => {
  const id = await town.submitted();
  await town.vote(id, 'hanna');
  await town.vote(id, 'hugo');
  town.lose();
  await town.world.advance(3601);
  await town.sweep();
  expect(await town.answer(id)).toMatchObject({ state: 'expired', approval: { state: 'expired' } });
  expect((await town.answer(id)).outcome_reason).toContain('not used within its validity');
});

describe('a question is voided', () => {
  test('by a cancel', async () => {
    const id = await town.submitted();
    await town.vote(id, 'hanna');
    await town.cancel(id);
    await town.settle();
    expect(await town.answer(id)).toMatchObject({ state: 'cancelled', approval: { state: 'voided' } });
    await expect(town.vote(id, 'hugo')).rejects.toMatchObject({ code: 'approval_closed' });
  });

  test('by a change, and the new one asks for another hash', async () => {
    const id = await town.submitted();
    const before = (await town.answer(id)).approval;
    await town.vote(id, 'hanna');
    await town.change(id, { job_description: 'Write something else' });
    await town.settle();
    const { approval, deployment_number } = await town.answer(id);
    expect(deployment_number).toBe(2);
    expect(approval).toMatchObject({ state: 'open', approved_count: 0 });
    expect(approval?.definition_sha256).not.toBe(before?.definition_sha256);
    const stale = town.vote(id, 'hugo', { definition_sha256: before?.definition_sha256 ?? '' });
    await expect(stale).rejects.toMatchObject({ code: 'question_changed' });
    const states = await town.sql(
      'select state from approvals where job_id = ? order by (select number from deployments where id = deployment_id)',
      id,
    );
    expect(states).toEqual([{ state: 'voided' }, { state: 'open' }]);
  });

  test('also when it was granted and could not be used yet', async () => {
    await budget(0);
    const id = await town.started({ max_budget_usd: 1 });
    expect(await town.job(id)).toMatchObject({ state: 'blocked', blocked_code: 'budget_exhausted' });
    expect((await approvalOf(id)).state).toBe('granted');
    await town.cancel(id);
    expect(await approvalOf(id)).toMatchObject({ state: 'voided', due_at: null });
    await budget(10);
    await town.settle();
    await town.sweep();
    expect(await town.state(id)).toBe('cancelled');
  });
});

describe('a job whose budget is used up when it is approved', () => {
  let id: string;
  beforeEach(async () => {
    await budget(0.5);
    id = await town.started({ max_budget_usd: 1 });
  });

  test('is blocked with its grant, and nothing of its start has happened', async () => {
    expect(await town.job(id)).toMatchObject({
      ...{ state: 'blocked', blocked_code: 'budget_exhausted', resume_state: 'awaiting_approval', started_at: null },
      ...{ waits_for: 'budget:month', waits_amount: 1_000_000 },
    });
    expect(await town.tasks(id)).toEqual({});
    expect(await town.sql('select * from reservations')).toEqual([]);
    expect((await town.answer(id)).explanation).toMatch(/goes on by itself when budget:month allows it/);
  });

  test('starts with that same grant when there is room', async () => {
    await budget(1);
    await town.settle();
    expect(await town.answer(id)).toMatchObject({ state: 'executing', approval: { state: 'consumed' } });
    expect(await town.events(id)).toEqual([
      'submitted',
      'estimated',
      'validated',
      'blocked',
      'resumed',
      'approved',
      'started',
    ]);
  });

  test('finds its grant as fresh as it was, however long it was blocked', async () => {
    await town.pass(7200);
    await town.sweep();
    expect(await town.state(id)).toBe('blocked');
    await budget(1);
    await town.settle();
    expect(await town.state(id)).toBe('executing');
    expect((await approvalOf(id)).valid_seconds).toBeGreaterThanOrEqual(3600 + 7200);
  });

  test('is blocked again when it resumes and there is still no room, and expires after a day of it', async () => {
    for (let hours = 0; hours < 25; hours++) {
      await town.world.advance(3600);
      await town.sweep();
    }
    expect(await town.answer(id)).toMatchObject({ state: 'expired', approval: { state: 'voided' } });
  });
});

test('a job with no room in a resource is blocked, and starts when another gives it back', async () => {
  await town.resource('bench', 1);
  const needs = { required_resources: [{ resource_type: 'compute', amount: 1, unit: 'cores' }] };
  const first = await town.submitted(needs);
  const second = await town.submitted(needs);
  await town.approve(first);
  await town.approve(second);
  expect(await town.job(second)).toMatchObject({
    state: 'blocked',
    blocked_code: 'resource_exhausted',
    waits_for: 'resource:compute',
  });
  await town.work();
  expect([await town.state(first), await town.state(second)]).toEqual(['succeeded', 'succeeded']);
  expect(await town.sql('select allocated from resources')).toEqual([{ allocated: 0 }]);
  expect(await town.sql('select * from allocations')).toEqual([]);
});

test('one approval starts one deployment: a retry asks anew', async () => {
  const id = await town.started();
  await town.work();
  const before = await approvalOf(id);
  expect(before.state).toBe('consumed');
  await town.retry(id);
  await town.settle();
  town.world.ring('execute', id);
  await town.sweep();
  expect(await town.answer(id)).toMatchObject({ state: 'awaiting_approval', deployment_number: 2 });
  expect((await approvalOf(id)).id).not.toBe(before.id);
});

test('a question that is gone is no leave: the job expires', async () => {
  const id = await town.submitted();
  await town.tamper('delete from voters');
  await town.tamper('delete from approvals');
  town.world.ring('execute', id);
  await town.settle();
  expect(await town.answer(id)).toMatchObject({ state: 'expired', outcome_reason: 'There is no question for it.' });
});
