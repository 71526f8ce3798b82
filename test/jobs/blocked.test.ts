import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Job, JobState } from '../../shared/jobs/job.ts';
import { blockedSeconds, nextTrySeconds } from '../../shared/jobs/blocked-time.ts';
import { advance, type JobEvent } from '../../shared/jobs/lifecycle.ts';
import { aJob, later, noon } from './a-job.ts';

const day = 86_400;
const notReady: JobEvent = { type: 'blocked', code: 'not_ready', detail: 'no scanner', waits_for: 'tool:scanner' };
const noBudget: JobEvent = {
  type: 'blocked',
  code: 'budget_exhausted',
  detail: 'the month is spent',
  waits_for: 'budget:month',
  waits_amount: 250_000,
};

function after(job: Job, event: JobEvent, at: Date): Job {
  const { state, patch } = advance(job, event, at);
  return { ...job, ...patch, state };
}

describe('a blocked job', () => {
  it.each(['submitted', 'estimated', 'awaiting_approval'] as const)(
    'goes back to %s and keeps why it was blocked',
    (state) => {
      const blocked = after(aJob({ state }), noBudget, noon);
      expect(blocked).toMatchObject({
        state: 'blocked',
        resume_state: state,
        blocked_code: 'budget_exhausted',
        blocked_detail: 'the month is spent',
        waits_for: 'budget:month',
        waits_amount: 250_000,
        blocked_at: noon,
        block_code_since: noon,
      });
      const resumed = after(blocked, { type: 'resumed' }, later(60));
      expect(resumed).toMatchObject({
        state,
        resume_state: null,
        blocked_at: null,
        blocked_detail: null,
        blocked_seconds: 60,
      });
    },
  );

  it.each([
    ['submitted', 'estimate'],
    ['estimated', 'validate'],
    ['awaiting_approval', 'execute'],
  ] as const)('back in %s rings %s', (state, bell) => {
    expect(advance(after(aJob({ state }), noBudget, noon), { type: 'resumed' }, later(1)).bell).toBe(bell);
  });

  it('remembers what it waited for until it starts, so that what it leaves can be offered to others', () => {
    const resumed = after(after(aJob({ state: 'awaiting_approval' }), noBudget, noon), { type: 'resumed' }, later(60));
    expect([resumed.waits_for, resumed.waits_amount]).toEqual(['budget:month', 250_000]);
    const started = after(
      after(resumed, { type: 'approved', approval_id: 'a' }, later(61)),
      { type: 'started' },
      later(61),
    );
    expect([started.waits_for, started.waits_amount, started.blocked_code]).toEqual([null, null, null]);
  });

  it('waits for nothing that is counted unless it says how much', () => {
    expect(after(aJob(), notReady, noon).waits_amount).toBeNull();
  });
});

describe('blocked time', () => {
  it('is added up over all blocks, in whole and part seconds', () => {
    let job = after(aJob(), notReady, noon);
    expect(blockedSeconds(job, later(10.5))).toBe(10.5);
    job = after(job, { type: 'resumed' }, later(10.5));
    expect(blockedSeconds(job, later(1000))).toBe(10.5);
    job = after(job, noBudget, later(1000));
    expect(blockedSeconds(job, later(1005))).toBe(15.5);
  });

  it('does not run backwards when the clock does', () => {
    expect(blockedSeconds(after(aJob(), notReady, noon), later(-60))).toBe(0);
  });

  it('is the time between block and resume, for any sequence of blocks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 5000 })), { maxLength: 20 }),
        (spans) => {
          let job = aJob();
          let clock = 0;
          for (const [free, held] of spans) {
            job = after(job, notReady, later((clock += free)));
            job = after(job, { type: 'resumed' }, later((clock += held)));
          }
          expect(job.blocked_seconds).toBe(spans.reduce((sum, [, held]) => sum + held, 0));
        },
      ),
    );
  });
});

describe('the next try', () => {
  const tries = (job: Job, seconds: number, most = day) => nextTrySeconds(job, later(seconds), most);

  it.each([
    [0, 30],
    [29, 30],
    [31, 31],
    [599, 599],
    [601, 600],
    [50_000, 600],
  ])('after %d s of the same reason comes after %d s', (blocked, expected) => {
    expect(tries(after(aJob(), notReady, noon), blocked)).toBe(expected);
  });

  it('counts blocks in a row for the same reason together', () => {
    let job = after(aJob(), notReady, noon);
    job = after(job, { type: 'resumed' }, later(100));
    job = after(job, notReady, later(101));
    expect(job.block_code_since).toEqual(noon);
    expect(tries(job, 200)).toBe(200);
  });

  it('begins anew for another reason', () => {
    let job = after(aJob(), notReady, noon);
    job = after(job, { type: 'resumed' }, later(100));
    job = after(job, noBudget, later(101));
    expect(tries(job, 200)).toBe(99);
    expect(tries(job, 101)).toBe(30);
  });

  it('is never past the end of the time a job may be blocked', () => {
    expect(tries(after(aJob(), notReady, noon), 100, 110)).toBe(10);
    expect(tries(after(aJob(), notReady, noon), 200, 110)).toBe(0);
  });

  it('is between 30 and 600 s, or what is left, for any history', () => {
    const amount = fc.double({ min: 0, max: 200_000, noNaN: true });
    fc.assert(
      fc.property(amount, amount, amount, (before, now, most) => {
        const job = aJob({ state: 'blocked', blocked_seconds: before, blocked_at: noon, block_code_since: noon });
        const left = Math.max(0, most - blockedSeconds(job, later(now)));
        const seconds = tries(job, now, most);
        expect(seconds).toBeLessThanOrEqual(Math.min(600, left));
        expect(seconds).toBeGreaterThanOrEqual(Math.min(30, left));
      }),
    );
  });
});

describe('a job that is blocked again and again', () => {
  it('tries often at first and rarely later, and ends within the time it may be blocked', () => {
    let job = after(aJob({ state: 'estimated' satisfies JobState }), notReady, noon);
    let clock = 0;
    let tried = 0;
    while (blockedSeconds(job, later(clock)) < day) {
      clock += nextTrySeconds(job, later(clock), day);
      if (blockedSeconds(job, later(clock)) >= day) break;
      job = after(after(job, { type: 'resumed' }, later(clock)), notReady, later(clock));
      tried += 1;
    }
    expect(clock).toBe(day);
    expect(tried).toBeGreaterThan(140);
    expect(tried).toBeLessThan(160);
  });
});
