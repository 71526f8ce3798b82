import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../shared/jobs/create.ts';
import { jobStates, type Job, type JobState } from '../../shared/jobs/job.ts';
import {
  advance,
  allowedIn,
  isEnd,
  transitions,
  type JobEvent,
  type JobEventType,
} from '../../shared/jobs/lifecycle.ts';
import type { Json } from '../../shared/platform/wire.ts';
import { Refusal } from '../../shared/outcomes.ts';
import { aDefinition, aJob, later, noon } from './a-job.ts';

const ends = ['succeeded', 'failed', 'rolled_back', 'rejected', 'expired', 'cancelled'] as const;

const columns = columnsOf(aDefinition({ job_name: 'deep_scan', priority: 2, max_execution_time_seconds: 60 }));

/** A list that can be added to, as the type asks. */
const noTasks: Json[] = [];
const noNames: string[] = [];

const events = {
  estimated: { type: 'estimated' },
  validated: { type: 'validated' },
  blocked: { type: 'blocked', code: 'not_ready', detail: 'no scanner', waits_for: 'tool:scanner' },
  resumed: { type: 'resumed' },
  approved: { type: 'approved', approval_id: 'approval_1' },
  started: { type: 'started' },
  rejected: { type: 'rejected', reason: 'too risky' },
  expired: { type: 'expired', reason: 'nobody answered' },
  stop_requested: { type: 'stop_requested', reason: 'cancel' },
  task_assigned: { type: 'task_assigned', task: {} },
  tasks_ended: { type: 'tasks_ended', tasks: noTasks },
  run_failed: { type: 'run_failed', reason: 'a task failed', undoing: noNames, tasks: noTasks },
  run_ended: { type: 'run_ended', outcome: 'failed', reason: 'a task failed', tasks: noTasks },
  learned: { type: 'learned' },
  gave_up: { type: 'gave_up', reason: 'ten faults' },
  cancelled: { type: 'cancelled', reason: 'not needed' },
  changed: { type: 'changed', deployment_id: 'deploy_2', columns },
  retried: { type: 'retried', deployment_id: 'deploy_2', columns },
  archived: { type: 'archived' },
} as const satisfies Record<JobEventType, JobEvent>;

/** Blocked while its question was open; with an outcome of `failed` while it is being learned from. */
const jobIn = (state: JobState): Job =>
  aJob({
    state,
    ...(state === 'blocked' ? { resume_state: 'awaiting_approval', blocked_at: noon } : {}),
    ...(state === 'learning' ? { outcome: 'failed' } : {}),
  });

type End = (typeof ends)[number];

const afterTheEnd = (end: End) => ({
  retried: ['submitted', 'estimate'] as [JobState, string],
  archived: [end, null] as [JobState, null],
});

/** Written by hand from the design; every pair that is not here is refused. */
const allowed: Record<JobState, Partial<Record<JobEventType, [to: JobState, bell: string | null]>>> = {
  submitted: {
    estimated: ['estimated', 'validate'],
    blocked: ['blocked', null],
    gave_up: ['failed', null],
    cancelled: ['cancelled', null],
    changed: ['submitted', 'estimate'],
  },
  estimated: {
    validated: ['awaiting_approval', null],
    blocked: ['blocked', null],
    gave_up: ['failed', null],
    cancelled: ['cancelled', null],
    changed: ['submitted', 'estimate'],
  },
  blocked: {
    resumed: ['awaiting_approval', 'execute'],
    expired: ['expired', null],
    gave_up: ['failed', null],
    cancelled: ['cancelled', null],
    changed: ['submitted', 'estimate'],
  },
  awaiting_approval: {
    approved: ['approved', null],
    blocked: ['blocked', null],
    rejected: ['rejected', null],
    expired: ['expired', null],
    gave_up: ['failed', null],
    cancelled: ['cancelled', null],
    changed: ['submitted', 'estimate'],
  },
  approved: { started: ['executing', null] },
  executing: {
    stop_requested: ['executing', 'execute'],
    task_assigned: ['executing', null],
    tasks_ended: ['executing', null],
    run_failed: ['compensating', null],
    run_ended: ['learning', 'learn'],
  },
  compensating: {
    stop_requested: ['compensating', 'execute'],
    tasks_ended: ['compensating', null],
    run_ended: ['learning', 'learn'],
  },
  learning: { learned: ['failed', null] },
  ...(Object.fromEntries(ends.map((end) => [end, afterTheEnd(end)])) as Record<End, ReturnType<typeof afterTheEnd>>),
};

const pairs = jobStates.flatMap((state) =>
  (Object.keys(events) as JobEventType[]).map((type) => ({ state, type, expected: allowed[state][type] })),
);

function refusalOf(run: () => unknown): Refusal {
  try {
    run();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('the table', () => {
  it.each(pairs.filter(({ expected }) => expected !== undefined))('$state + $type', ({ state, type, expected }) => {
    const step = advance(jobIn(state), events[type], noon);
    expect([step.state, step.bell]).toEqual(expected);
  });

  it.each(pairs.filter(({ expected }) => expected === undefined))(
    'refuses $type of a job that is $state',
    ({ state, type }) => {
      const { code, message } = refusalOf(() => advance(jobIn(state), events[type], noon));
      expect(['conflict', 'job_ended', 'job_not_changeable', 'job_not_ended']).toContain(code);
      expect(message).toContain(`A job that is ${state} cannot be`);
    },
  );

  it.each([
    ['executing', 'retried', 'job_not_ended', 'it can be stopped now'],
    ['executing', 'changed', 'job_not_changeable', 'it can be stopped now'],
    ['approved', 'changed', 'job_not_changeable', 'it can be left alone now'],
    ['learning', 'cancelled', 'job_ended', 'it can be left alone now'],
    ['succeeded', 'cancelled', 'job_ended', 'it can be retried now'],
    ['expired', 'changed', 'job_ended', 'it can be retried now'],
    ['submitted', 'started', 'conflict', 'it can be cancelled, changed now'],
  ] as const)('says of %s + %s: %s, %s', (state, type, code, words) => {
    const refusal = refusalOf(() => advance(jobIn(state), events[type], noon));
    expect(refusal.code).toBe(code);
    expect(refusal.message).toContain(words);
  });

  it('reaches every state from the first one', () => {
    const next = (state: JobState): JobState[] =>
      Object.values(transitions).flatMap(({ from, to }) => {
        if (!from.includes(state)) return [];
        if (to === 'same') return [state];
        return to === 'stored'
          ? ['submitted', 'estimated', 'awaiting_approval', 'succeeded', 'failed', 'rolled_back', 'cancelled']
          : [to];
      });
    const reached = new Set<JobState>(['submitted']);
    for (const state of reached) for (const to of next(state)) reached.add(to);
    expect(jobStates.filter((state) => !reached.has(state))).toEqual([]);
  });

  it('knows the six ends and no other', () => {
    expect(jobStates.filter(isEnd)).toEqual([...ends]);
    expect(jobStates.filter((state) => allowedIn(state).includes('retried'))).toEqual([...ends]);
  });
});

describe('what a transition writes', () => {
  it('at the start: when it started, when its time is up, and that it waits for nothing', () => {
    const job = aJob({
      state: 'approved',
      time_limit_seconds: 600,
      blocked_code: 'budget_exhausted',
      waits_for: 'budget:month',
    });
    expect(advance(job, events.started, noon).patch).toEqual({
      started_at: noon,
      stop_at: later(600),
      blocked_code: null,
      block_code_since: null,
      waits_for: null,
      waits_amount: null,
    });
  });

  it('at the end of the run: the outcome, once, with its reason', () => {
    expect(advance(jobIn('executing'), events.run_ended, noon).patch).toEqual({
      outcome: 'failed',
      outcome_reason: 'a task failed',
      finished_at: noon,
    });
    expect(advance(jobIn('learning'), events.learned, noon).patch).toEqual({});
  });

  it('when a failed run is to be undone: why it failed, the time limit again, and no stop', () => {
    const stopped = aJob({ state: 'executing', stop_reason: 'budget', started_at: noon, stop_at: later(3600) });
    expect(advance(stopped, events.run_failed, later(40)).patch).toEqual({
      stop_reason: null,
      outcome_reason: 'a task failed',
      stop_at: later(3640),
    });
  });

  it('at a stop: why, and nothing else', () => {
    expect(advance(jobIn('executing'), events.stop_requested, noon).patch).toEqual({ stop_reason: 'cancel' });
  });

  it.each(['rejected', 'expired', 'gave_up', 'cancelled'] as const)('at %s: the reason and the time', (type) => {
    expect(advance(jobIn('awaiting_approval'), events[type], noon).patch).toMatchObject({
      outcome_reason: events[type].reason,
      finished_at: noon,
      blocked_at: null,
      resume_state: null,
    });
  });

  it('at a retry: the next number, and nothing of the deployment before', () => {
    const ended = aJob({
      state: 'failed',
      deployment_number: 4,
      outcome: 'failed',
      outcome_reason: 'a task failed',
      stop_reason: 'time_limit',
      blocked_seconds: 90,
      blocked_code: 'not_ready',
      block_code_since: noon,
      started_at: noon,
      stop_at: noon,
      finished_at: noon,
    });
    const { state, patch } = advance(ended, events.retried, later(10));
    const kept = { ...ended, ...patch, state };
    expect(kept).toEqual(aJob({ deployment_id: 'deploy_2', deployment_number: 5, ...columns }));
  });

  it('at a change of a blocked job: the same', () => {
    const blocked = aJob({ ...advance(aJob(), events.blocked, noon).patch, state: 'blocked' });
    const { state, patch } = advance(blocked, events.changed, later(10));
    expect({ ...blocked, ...patch, state }).toEqual(
      aJob({ deployment_id: 'deploy_2', deployment_number: 2, ...columns }),
    );
  });

  it('throws a fault, and refuses nothing, when what should be stored is not', () => {
    expect(() => advance(aJob({ state: 'learning' }), events.learned, noon)).toThrow('has nothing stored for learned');
    expect(() => advance(aJob({ state: 'blocked' }), events.resumed, noon)).toThrow('has nothing stored for resumed');
  });

  it('never changes the job it was given', () => {
    fc.assert(
      fc.property(fc.constantFrom(...pairs.filter(({ expected }) => expected !== undefined)), ({ state, type }) => {
        const job = Object.freeze(jobIn(state));
        expect(advance(job, events[type], noon)).toEqual(advance(job, events[type], noon));
      }),
    );
  });
});
