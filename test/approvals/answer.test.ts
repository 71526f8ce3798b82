import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerOf } from '../../shared/approvals/answer.ts';
import { consumeApproval, voidApproval } from '../../shared/approvals/consume.ts';
import { hasCurrentApproval } from '../../shared/approvals/current.ts';
import { standStill } from '../../shared/approvals/stand-still.ts';
import { sweepApprovals } from '../../shared/approvals/store.ts';
import { eventsOf } from '../../shared/events/store.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { openQuestions, type Questions } from './questions.ts';

let q: Questions;
beforeEach(async () => {
  q = await openQuestions();
  for (const id of ['a', 'b', 'c']) await q.head(id);
});
afterEach(() => q.world.close());

const answer = (job: Job) => q.inside((tx) => answerOf(tx, job));
const types = async (stream: string) =>
  (await eventsOf(q.world.platform.db.read, { stream, after: 0, limit: 20 })).map(({ type }) => type);
const granted = async () => {
  const asked = await q.ask();
  await q.vote(asked.approval, 'a');
  await q.vote(asked.approval, 'b');
  return asked;
};

describe('an approval', () => {
  test('that is open says so and changes nothing', async () => {
    const { job, approval } = await q.ask();
    expect(await answer(job)).toMatchObject({ answer: 'open' });
    expect((await q.approval(approval.id)).version).toBe(1);
  });

  test('that is granted starts one deployment, once', async () => {
    const { job, approval } = await granted();
    const first = await q.inside(async (tx) => {
      const said = await answerOf(tx, job);
      if (said.answer !== 'granted') throw new Error(said.answer);
      await consumeApproval(tx, said.approval);
      return said.approval;
    });
    expect(await q.approval(approval.id)).toMatchObject({ state: 'consumed', due_at: null, version: 4 });
    expect(await answer(job)).toMatchObject({ answer: 'expired', reason: 'Its approval was already used.' });
    await expect(q.inside((tx) => consumeApproval(tx, first))).rejects.toThrow('another caller changed this first');
    expect(await types(approval.id)).toEqual(['opened', 'ballot_cast', 'ballot_cast', 'consumed']);
  });

  test('that was not granted cannot be consumed', async () => {
    const { approval } = await q.ask();
    await expect(q.inside((tx) => consumeApproval(tx, approval))).rejects.toThrow('not granted');
  });

  test('that is rejected gives the reasons, and is not rung for any more', async () => {
    const { job, approval } = await q.ask();
    for (const id of ['a', 'b']) await q.vote(approval, id, { decision: 'no', reasoning: `${id} says no` });
    const said = await answer(job);
    expect(said.answer).toBe('rejected');
    expect(said.reason).toContain('a: a says no b: b says no');
    expect((await q.approval(approval.id)).due_at).toBeNull();
  });

  test('without answers expires at its deadline, which is no rejection', async () => {
    const { job, approval } = await q.ask();
    await q.vote(approval, 'a');
    await q.world.advance(86_400);
    expect(await answer(job)).toMatchObject({ answer: 'expired', reason: expect.stringContaining('by the deadline') });
    expect(await q.approval(approval.id)).toMatchObject({ state: 'expired', due_at: null });
    expect(await types(approval.id)).toEqual(['opened', 'ballot_cast', 'expired']);
    expect(await answer(job)).toMatchObject({ answer: 'expired' });
  });

  test('that does not exist is a no', async () => {
    expect(await q.inside((tx) => answerOf(tx, { deployment_id: 'deploy_none' }))).toMatchObject({ answer: 'expired' });
  });

  test('is counted again: a voter back in service may have settled it', async () => {
    const { job, approval } = await q.ask();
    await q.vote(approval, 'a');
    await q.setState('a', 'isolated');
    await q.vote(approval, 'b');
    expect(await answer(job)).toMatchObject({ answer: 'open' });
    await q.setState('a', 'active');
    expect(await answer(job)).toMatchObject({ answer: 'granted' });
    expect((await types(approval.id)).at(-1)).toBe('counted');
  });
});

describe('a grant', () => {
  test('that is not used within its validity is worth nothing', async () => {
    const { job, approval } = await granted();
    await q.world.advance(3599.999);
    expect(await answer(job)).toMatchObject({ answer: 'granted' });
    await q.world.advance(0.001);
    expect(await answer(job)).toMatchObject({ answer: 'expired', reason: expect.stringContaining('validity') });
    expect((await q.approval(approval.id)).state).toBe('expired');
  });

  test('stands still while the job is blocked', async () => {
    const { job } = await granted();
    await q.world.advance(5000);
    await q.inside((tx) => standStill(tx, job.deployment_id, 5000));
    expect(await answer(job)).toMatchObject({ answer: 'granted' });
    await q.world.advance(3600);
    expect(await answer(job)).toMatchObject({ answer: 'expired' });
  });

  test('survives a voter who is isolated after it', async () => {
    const { job } = await granted();
    await q.setState('a', 'isolated');
    expect(await answer(job)).toMatchObject({ answer: 'granted' });
  });
});

test('an open question’s deadline stands still as well', async () => {
  const { job, approval } = await q.ask();
  await q.inside((tx) => standStill(tx, job.deployment_id, 60));
  const moved = await q.approval(approval.id);
  expect(moved.deadline_at.getTime()).toBe(approval.deadline_at.getTime() + 60_000);
  expect(moved.due_at).toEqual(moved.deadline_at);
  await q.inside((tx) => standStill(tx, 'deploy_none', 60));
});

describe('voiding', () => {
  test('ends an open or a granted question, and nothing else', async () => {
    const open = await q.ask();
    const given = await granted();
    for (const { job } of [open, given]) await q.inside((tx) => voidApproval(tx, job.deployment_id, 'changed'));
    for (const { approval, job } of [open, given]) {
      expect(await q.approval(approval.id)).toMatchObject({ state: 'voided', due_at: null });
      expect(await q.inside((tx) => hasCurrentApproval(tx, job.deployment_id))).toBe(false);
      expect(await answer(job)).toMatchObject({ answer: 'expired' });
      await q.inside((tx) => voidApproval(tx, job.deployment_id, 'again'));
      expect((await types(approval.id)).filter((type) => type === 'voided')).toHaveLength(1);
    }
    await expect(q.vote(open.approval, 'a')).rejects.toMatchObject({ code: 'approval_closed' });
    await q.inside((tx) => voidApproval(tx, 'deploy_none', 'nothing there'));
  });

  test('a rejected question stays rejected, but is not rung for any more', async () => {
    const { job, approval } = await q.ask();
    for (const id of ['a', 'b']) await q.vote(approval, id, { decision: 'no', reasoning: 'no' });
    await q.inside((tx) => voidApproval(tx, job.deployment_id, 'cancelled'));
    expect(await q.approval(approval.id)).toMatchObject({ state: 'rejected', due_at: null });
  });
});

describe('the sweep', () => {
  const sweep = async () => (await q.inside((tx) => sweepApprovals(tx, { limit: 500 }))).map(({ job_id }) => job_id);

  test('gives jobs whose question has reached its deadline, less and less often', async () => {
    const { job } = await q.ask();
    expect(await sweep()).toEqual([]);
    await q.world.advance(86_400);
    expect(await sweep()).toEqual([job.id]);
    expect(await sweep()).toEqual([]);
    await q.world.advance(1);
    expect(await sweep()).toEqual([job.id]);
    await q.world.advance(1);
    expect(await sweep()).toEqual([]);
    await q.world.advance(1);
    expect(await sweep()).toEqual([job.id]);
  });

  test('gives jobs whose grant nobody has taken, whatever became of its bell', async () => {
    const { job } = await granted();
    await q.world.advance(1);
    expect(await sweep()).toEqual([job.id]);
  });
});
