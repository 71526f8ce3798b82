import { describe, expect, it } from 'vitest';
import {
  criticalPath,
  outputsFor,
  planOf,
  planOutcome,
  progressOf,
  readyTasks,
  soloPlanOf,
} from '../../shared/deployments/plan.ts';
import { JobDefinition } from '../../shared/jobs/definition.ts';
import { aDefinition } from '../jobs/a-job.ts';
import { contentGeneration } from '../jobs/examples.ts';
import { aTask } from './a-task.ts';

const task = (agent: string, ...depends_on: string[]) => ({
  ...{ name: agent, agent_id: agent, capabilities: [], depends_on, input: {} },
});

describe('the default plan', () => {
  it('runs the supporting agents in parallel, then the primary one', () => {
    expect(planOf(JobDefinition.parse(contentGeneration))).toEqual([
      task('seo_optimizer'),
      task('brand_intelligence'),
      task('content_generator', 'seo_optimizer', 'brand_intelligence'),
    ]);
  });

  it('is one task for one agent', () => {
    expect(planOf(aDefinition())).toEqual([task('scanner')]);
  });

  it('names no agent twice', () => {
    const names = planOf(aDefinition({ supporting_agents: ['fixer', 'scanner', 'fixer'] })).map(({ name }) => name);
    expect(names).toEqual(['fixer', 'scanner']);
  });

  it('of a fallback is the primary agent alone', () => {
    const definition = aDefinition({ supporting_agents: ['fixer', 'writer'] });
    expect(soloPlanOf(definition)).toEqual([task('scanner')]);
  });
});

describe('a task is ready', () => {
  it('when all it depends on have succeeded', () => {
    const tasks = [
      aTask('a', { state: 'succeeded' }),
      aTask('b', { state: 'running' }),
      aTask('c', { depends_on: ['a'] }),
      aTask('d', { depends_on: ['a', 'b'] }),
      aTask('e'),
      aTask('f', { state: 'queued' }),
    ];
    expect(readyTasks(tasks)).toEqual(['c', 'e']);
  });

  it.each(['failed', 'cancelled', 'running', 'delayed', 'queued', 'waiting'] as const)(
    'never behind one that is %s',
    (state) => {
      expect(readyTasks([aTask('a', { state, depends_on: ['x'] }), aTask('b', { depends_on: ['a'] })])).toEqual([]);
    },
  );
});

describe('outputs', () => {
  it('are handed on by name, only those that were waited for', () => {
    const tasks = [
      aTask('a', { output: { text: 'A' } }),
      aTask('b', { output: null }),
      aTask('c', { output: { text: 'C' } }),
    ];
    expect(outputsFor({ depends_on: ['a', 'b'] }, tasks)).toEqual({ a: { text: 'A' }, b: {} });
    expect(outputsFor({ depends_on: [] }, tasks)).toEqual({});
  });
});

describe('the outcome of a plan', () => {
  const outcomeOf = (...states: Parameters<typeof aTask>[1][]) =>
    planOutcome(states.map((facts, index) => aTask(`t${index}`, facts)));

  it.each([
    ['succeeded', ['succeeded', 'succeeded']],
    ['open', ['succeeded', 'running']],
    ['open', ['succeeded', 'queued']],
    ['open', ['delayed', 'waiting']],
    ['failed', ['failed', 'succeeded']],
    ['failed', ['succeeded', 'cancelled']],
    ['open', ['failed', 'waiting']],
    ['open', ['failed', 'queued']],
    ['open', ['failed', 'running']],
    ['open', ['cancelled', 'running', 'waiting']],
  ] as const)('is %s with tasks that are %j', (expected, states) => {
    expect(outcomeOf(...states.map((state) => ({ state })))).toBe(expected);
  });
});

describe('progress', () => {
  it('weighs each task by the time it usually takes', () => {
    const tasks = [
      aTask('a', { state: 'succeeded', expected_seconds: 30 }),
      aTask('b', { state: 'running', progress: 0.5, expected_seconds: 60 }),
      aTask('c', { expected_seconds: 10 }),
    ];
    expect(progressOf(tasks)).toBe(0.6);
  });

  it('is nothing of nothing, and everything of all', () => {
    expect(progressOf([])).toBe(0);
    expect(progressOf([aTask('a', { expected_seconds: 0 })])).toBe(0);
    expect(progressOf([aTask('a', { state: 'succeeded' }), aTask('b', { state: 'succeeded' })])).toBe(1);
  });
});

describe('the critical path', () => {
  it('is the longest that remains', () => {
    const tasks = [
      aTask('quick', { expected_seconds: 10 }),
      aTask('slow', { expected_seconds: 50 }),
      aTask('last', { expected_seconds: 5, depends_on: ['quick', 'slow'] }),
    ];
    expect(criticalPath(tasks)).toEqual({ names: ['slow', 'last'], seconds: 55 });
  });

  it('moves to another path as work gets done', () => {
    const tasks = [
      aTask('quick', { expected_seconds: 10 }),
      aTask('slow', { expected_seconds: 50, state: 'running', elapsed_seconds: 45 }),
      aTask('last', { expected_seconds: 5, depends_on: ['quick', 'slow'] }),
    ];
    expect(criticalPath(tasks)).toEqual({ names: ['quick', 'last'], seconds: 15 });
  });

  it('believes reported progress more than history', () => {
    const running = aTask('a', { state: 'running', expected_seconds: 10, elapsed_seconds: 20, progress: 0.25 });
    expect(criticalPath([running]).seconds).toBe(60);
  });

  it('still names a task that is over its usual time, as it holds up the others', () => {
    const late = aTask('late', { state: 'running', expected_seconds: 10, elapsed_seconds: 99 });
    expect(criticalPath([late])).toEqual({ names: ['late'], seconds: 0 });
    const last = aTask('last', { expected_seconds: 5, depends_on: ['late'] });
    expect(criticalPath([late, last])).toEqual({ names: ['late', 'last'], seconds: 5 });
  });

  it('is empty when all is over', () => {
    expect(
      criticalPath([aTask('a', { state: 'succeeded' }), aTask('b', { state: 'failed', depends_on: ['a'] })]),
    ).toEqual({
      names: [],
      seconds: 0,
    });
  });
});
