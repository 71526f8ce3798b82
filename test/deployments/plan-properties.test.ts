/** Any plan, against the slowest and plainest way to say the same. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { criticalPath, planOutcome, progressOf, readyTasks, type TaskState } from '../../shared/deployments/plan.ts';
import { aTask } from './a-task.ts';

const states = ['waiting', 'queued', 'delayed', 'running', 'succeeded', 'failed', 'cancelled'] as const;

/** Up to eight tasks; each may depend on those before it, and is listed in any order. */
const plan: fc.Arbitrary<TaskState[]> = fc
  .array(
    fc.record({
      state: fc.constantFrom(...states),
      expected_seconds: fc.nat(100),
      elapsed_seconds: fc.nat(150),
      progress: fc.option(fc.constantFrom(0, 0.25, 0.5, 1)),
      behind: fc.array(fc.nat(7), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((tasks) =>
    tasks.map(({ behind, ...facts }, index) =>
      aTask(`t${index}`, {
        ...facts,
        depends_on: [...new Set(behind.filter((one) => one < index))].map((one) => `t${one}`),
      }),
    ),
  )
  .chain((tasks) => fc.shuffledSubarray(tasks, { minLength: tasks.length }));

const over = ({ state }: TaskState) => state === 'succeeded' || state === 'failed' || state === 'cancelled';

function remaining(task: TaskState): number {
  if (over(task)) return 0;
  const total =
    task.progress === null || task.progress === 0 ? task.expected_seconds : task.elapsed_seconds / task.progress;
  return Math.max(0, total - task.elapsed_seconds);
}

/** Every path there is, each from a task to one that depends on it. */
function pathsFrom(task: TaskState, tasks: TaskState[]): TaskState[][] {
  const next = tasks.filter(({ depends_on }) => depends_on.includes(task.name));
  return [[task], ...next.flatMap((one) => pathsFrom(one, tasks).map((path) => [task, ...path]))];
}

const secondsOf = (path: TaskState[]) => path.reduce((sum, task) => sum + remaining(task), 0);

describe('for any plan', () => {
  it('no path takes longer than the critical one', () => {
    fc.assert(
      fc.property(plan, (tasks) => {
        const all = tasks.flatMap((task) => pathsFrom(task, tasks));
        expect(criticalPath(tasks).seconds).toBeCloseTo(Math.max(...all.map(secondsOf)), 6);
      }),
    );
  });

  it('the critical path is a path, takes what it says, and names only what is not over', () => {
    fc.assert(
      fc.property(plan, (tasks) => {
        const { names, seconds } = criticalPath(tasks);
        const named = names.flatMap((name) => tasks.filter((task) => task.name === name));
        expect(secondsOf(named)).toBeCloseTo(seconds, 6);
        expect(named.some(over)).toBe(false);
        const open = tasks.filter((task) => !over(task));
        const all = open
          .flatMap((task) => pathsFrom(task, tasks))
          .map((path) => path.filter((task) => !over(task)).map(({ name }) => name));
        expect(all.map((path) => path.join()).concat('')).toContain(names.join());
        expect(names.length === 0).toBe(open.length === 0);
      }),
    );
  });

  it('what is ready waits, and everything before it has succeeded', () => {
    fc.assert(
      fc.property(plan, (tasks) => {
        const stateOf = new Map(tasks.map(({ name, state }) => [name, state]));
        const expected = tasks.filter(
          (task) => task.state === 'waiting' && task.depends_on.every((name) => stateOf.get(name) === 'succeeded'),
        );
        expect(readyTasks(tasks)).toEqual(expected.map(({ name }) => name));
      }),
    );
  });

  it('progress lies between nothing and everything, and grows with each task that succeeds', () => {
    fc.assert(
      fc.property(plan, fc.nat(7), (tasks, index) => {
        const before = progressOf(tasks);
        const after = progressOf(
          tasks.map((task, at) => (at === index ? { ...task, state: 'succeeded' as const } : task)),
        );
        expect(before).toBeGreaterThanOrEqual(0);
        expect(after).toBeGreaterThanOrEqual(before - 1e-9);
        expect(after).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });

  it('whoever runs what is ready, one after the other, brings it to its end', () => {
    fc.assert(
      fc.property(plan, fc.option(fc.nat(7)), (given, failing) => {
        let tasks = given.map((task) => ({ ...task, state: 'waiting' as TaskState['state'] }));
        for (
          let ready = readyTasks(tasks);
          ready.length > 0 && !tasks.some(({ state }) => state === 'failed');
          ready = readyTasks(tasks)
        ) {
          const [name] = ready;
          const state = name === `t${failing}` ? 'failed' : 'succeeded';
          tasks = tasks.map((task) => (task.name === name ? { ...task, state } : task));
        }
        const failed = failing !== null && failing < tasks.length;
        const isLeft = tasks.some(({ state }) => state === 'waiting');
        expect(planOutcome(tasks)).toBe(isLeft ? 'open' : failed ? 'failed' : 'succeeded');
        const over = tasks.map((task) => (task.state === 'waiting' ? { ...task, state: 'cancelled' as const } : task));
        expect(planOutcome(over)).toBe(failed ? 'failed' : 'succeeded');
      }),
    );
  });
});
