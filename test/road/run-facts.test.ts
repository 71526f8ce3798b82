import { describe, expect, it } from 'vitest';
import { actualOf, budgetMicros, taskEnd, taskStates } from '../../shared/road/run-facts.ts';
import type { Task } from '../../shared/tasks/task.ts';
import { later, noon } from '../jobs/a-job.ts';

const row: Task = {
  id: 'task_1',
  job_id: 'job_1',
  deployment_id: 'deploy_1',
  name: 'scan',
  agent_id: 'scanner',
  queue_id: 'agent:scanner',
  place: 'task_1',
  state: 'succeeded',
  priority: 5,
  depends_on: [],
  undoes: null,
  assigned_by: null,
  assigned_because: null,
  input: {},
  output: null,
  max_attempts: 3,
  time_limit_seconds: 300,
  holder_id: null,
  claim_id: null,
  stop_reason: null,
  progress: null,
  progress_note: null,
  model: null,
  input_tokens: 0,
  cached_tokens: 0,
  output_tokens: 0,
  cost_micros: 0,
  priced: true,
  earlier_tokens: 0,
  earlier_cost_micros: 0,
  earlier_budget_micros: 0,
  alarm_micros: null,
  last_error: null,
  settled_as: null,
  noted: false,
  due_at: null,
  attempts: 1,
  fence: 1,
  lease_until: null,
  queued_at: null,
  started_at: null,
  stop_at: null,
  ended_at: null,
};
const aTask = (facts: Partial<Task> = {}): Task => ({ ...row, ...facts });

describe('what a run used', () => {
  it('is the sum of all attempts of all tasks', () => {
    const tasks = [
      aTask({
        input_tokens: 100,
        cached_tokens: 40,
        output_tokens: 20,
        cost_micros: 7,
        started_at: noon,
        ended_at: later(10),
      }),
      aTask({
        name: 'fix',
        state: 'failed',
        holder_id: 'fixer_2',
        earlier_tokens: 500,
        earlier_cost_micros: 9,
        output_tokens: 1,
      }),
    ];
    expect(actualOf(tasks, { started_at: noon, at: later(30) })).toEqual({
      input_tokens: 100,
      cached_tokens: 40,
      output_tokens: 21,
      total_tokens: 621,
      cost_micros: 16,
      duration_seconds: 30,
      tasks: [
        {
          name: 'scan',
          undoes: null,
          agent_id: 'scanner',
          succeeded: true,
          ended: true,
          ended_at: later(10).toISOString(),
          tokens: 120,
          cost_micros: 7,
          duration_seconds: 10,
        },
        {
          name: 'fix',
          undoes: null,
          agent_id: 'fixer_2',
          succeeded: false,
          ended: true,
          ended_at: null,
          tokens: 501,
          cost_micros: 9,
          duration_seconds: 0,
        },
      ],
    });
  });

  it('says which tasks came to an end by themselves', () => {
    const ended = (['succeeded', 'failed', 'cancelled', 'waiting', 'queued'] as const).map((state) => aTask({ state }));
    expect(actualOf(ended, { started_at: null, at: noon }).tasks.map((task) => task.ended)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('is nothing without tasks, and takes no negative time', () => {
    expect(actualOf([], { started_at: later(5), at: noon })).toMatchObject({
      total_tokens: 0,
      cost_micros: 0,
      duration_seconds: 0,
      tasks: [],
    });
  });
});

describe('what counts against a budget', () => {
  it('is what has a price, of every attempt', () => {
    expect(
      budgetMicros([
        aTask({ cost_micros: 5, priced: true, earlier_budget_micros: 2 }),
        aTask({ cost_micros: 100, priced: false, earlier_budget_micros: 3 }),
      ]),
    ).toBe(10);
  });
});

describe('a task as the plan sees it', () => {
  it('takes as long as it is expected to, or a minute', () => {
    const states = taskStates([aTask(), aTask({ name: 'fix' })], noon, new Map([['scan', 7]]));
    expect(states.map(({ expected_seconds }) => expected_seconds)).toEqual([7, 60]);
  });

  it('has run since it started, until it ended', () => {
    const started_at = noon;
    const states = taskStates(
      [aTask({ started_at, ended_at: later(4) }), aTask({ started_at, state: 'running' }), aTask()],
      later(9),
    );
    expect(states.map(({ elapsed_seconds }) => elapsed_seconds)).toEqual([4, 9, 0]);
  });
});

describe('the end of a task in the record', () => {
  it('names who did it, what it used, and its error if there was one', () => {
    expect(taskEnd(aTask({ input_tokens: 3, earlier_tokens: 4 }))).toEqual({
      name: 'scan',
      state: 'succeeded',
      agent: 'scanner',
      attempts: 1,
      tokens: 7,
    });
    expect(taskEnd(aTask({ state: 'failed', holder_id: 'other', last_error: 'no answer' }))).toMatchObject({
      agent: 'other',
      error: 'no answer',
    });
  });
});
