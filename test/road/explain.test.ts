import { describe, expect, it } from 'vitest';
import { jobStates, type Job, type JobState } from '../../shared/jobs/job.ts';
import { canProceed, explain, statusOf, type Known } from '../../shared/road/explain.ts';
import { isAtRest } from '../../shared/jobs/lifecycle.ts';
import { aJob, noon } from '../jobs/a-job.ts';

const nothing: Known = { approval: null, running: [], done: 0, tasks: 0, alone_because: null, eta_seconds: null };
const words = (job: Partial<Job>, known: Partial<Known> = {}) => explain(aJob(job), { ...nothing, ...known });

describe('the coarse status, for clients that know no states', () => {
  const expected: Record<JobState, ReturnType<typeof statusOf>> = {
    submitted: 'pending',
    estimated: 'pending',
    blocked: 'validation_failed',
    awaiting_approval: 'approval_pending',
    approved: 'pending',
    executing: 'success',
    compensating: 'failed',
    learning: 'pending',
    succeeded: 'success',
    failed: 'failed',
    rolled_back: 'failed',
    rejected: 'rejected',
    expired: 'expired',
    cancelled: 'cancelled',
  };

  it.each(jobStates)('of %s', (state) => {
    expect(statusOf({ state, outcome: null })).toBe(expected[state]);
  });

  it.each([
    ['succeeded', 'success'],
    ['failed', 'failed'],
    ['rolled_back', 'failed'],
    ['cancelled', 'cancelled'],
  ] as const)('of a job that is learned from is that of its outcome: %s', (outcome, status) => {
    expect(statusOf({ state: 'learning', outcome })).toBe(status);
  });
});

describe('a job', () => {
  it('can proceed once it needs nobody’s leave', () => {
    const can = jobStates.filter((state) => canProceed(aJob({ state })));
    expect(can).toEqual(['approved', 'executing', 'compensating', 'learning', 'succeeded']);
  });

  it('is at rest where it waits for people, room or agents, and at its end', () => {
    const moving = jobStates.filter((state) => !isAtRest(state));
    expect(moving).toEqual(['submitted', 'estimated', 'approved', 'compensating', 'learning']);
  });
});

describe('the explanation', () => {
  it.each(jobStates)('of %s is a sentence of its own, without names of the code', (state) => {
    const sentence = words({ state, outcome: 'failed' });
    expect(sentence).toMatch(/^[A-Z0].*\.$/);
    expect(sentence).not.toMatch(/_|undefined|null/);
    const others = jobStates.filter((other) => words({ state: other, outcome: 'failed' }) === sentence);
    expect(others).toEqual([state]);
  });

  it.each(['submitted', 'estimated'] as const)('of %s tells the fault that is being repeated', (state) => {
    expect(words({ state, last_fault: 'the disk is full' })).toContain(
      'The last try failed and will be repeated: the disk is full',
    );
  });

  it('of a blocked job says why, and what sets it going again', () => {
    const job: Partial<Job> = {
      state: 'blocked',
      blocked_code: 'budget_exhausted',
      blocked_detail: 'The month is spent.',
      blocked_at: noon,
    };
    expect(words({ ...job, waits_for: 'budget:month' })).toBe(
      'A budget has no room: The month is spent. It goes on by itself when budget:month allows it.',
    );
    expect(words(job)).toBe('A budget has no room: The month is spent. It is tried again by itself.');
  });

  it('of an open question is the approval’s own', () => {
    expect(words({ state: 'awaiting_approval' }, { approval: 'Waiting for one more head of data.' })).toBe(
      'Waiting for one more head of data.',
    );
  });

  it('of a running job says how far it is, who works, and how long it will take', () => {
    const state = 'executing';
    expect(words({ state }, { done: 1, tasks: 3, running: ['seo', 'brand'], eta_seconds: 11.2 })).toBe(
      '1 of 3 tasks done, seo, brand at work; about 12 s left.',
    );
    expect(words({ state }, { tasks: 1 })).toBe('0 of 1 tasks done, waiting for its agents to claim.');
    expect(words({ state }, { tasks: 1, alone_because: 'seo cannot take a task now' })).toBe(
      '0 of 1 tasks done, waiting for its agents to claim. The primary agent works alone: seo cannot take a task now.',
    );
  });

  it('of a job that is being stopped says who must let go', () => {
    const job: Partial<Job> = { state: 'executing', stop_reason: 'time_limit' };
    expect(words(job, { running: ['seo'] })).toBe('Stopping (time limit); waiting for seo to let go.');
    expect(words(job)).toBe('Stopping (time limit); waiting for nobody to let go.');
  });

  it('of a failed job says why it failed, and how far it is undone', () => {
    const job: Partial<Job> = { state: 'compensating', outcome_reason: 'Task pay failed: no money' };
    const failed = 'It has failed: Task pay failed: no money. What its tasks have done is being undone, newest first';
    expect(words(job, { done: 1, tasks: 2, running: ['clerk'] })).toBe(`${failed}: 1 of 2 undone, clerk at work.`);
    expect(words({ ...job, stop_reason: 'cancel' }, { running: ['clerk'] })).toBe(
      `${failed}. Stopping (cancel); waiting for clerk to let go.`,
    );
  });

  it('of an end gives its reason', () => {
    expect(words({ state: 'rejected', outcome_reason: 'Too risky.' })).toBe('Rejected. Too risky.');
    expect(words({ state: 'rolled_back' })).toBe('Rolled back.');
    expect(words({ state: 'succeeded', outcome_reason: 'All tasks succeeded.' })).toBe(
      'Succeeded. All tasks succeeded.',
    );
  });
});
