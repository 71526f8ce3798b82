import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readyUndos, undoOutcome, undosOf } from '../../shared/deployments/undo.ts';
import type { PlanStep } from '../../shared/jobs/plan-steps.ts';
import { aDefinition, later, noon } from '../jobs/a-job.ts';
import { aTask } from './a-task.ts';

const step = (name: string, more: object = {}) => ({ name, agent: 'scanner', compensation: {}, ...more });
const planOf = (...plan: object[]): PlanStep[] => aDefinition({ plan }).plan ?? [];
const done = (name: string, ended_at = noon) => ({ name, output: { of: name }, ended_at });

describe('what undoes a run', () => {
  it('is what undoes its done steps, newest first, each after the one before', () => {
    const plan = planOf(step('a'), step('b'), step('c'));
    const undos = undosOf(plan, [done('b', later(1)), done('a', later(2)), done('c')]);
    expect(undos.map(({ name, undoes, depends_on }) => [name, undoes, depends_on])).toEqual([
      ['undo:a', 'a', []],
      ['undo:b', 'b', ['undo:a']],
      ['undo:c', 'c', ['undo:b']],
    ]);
  });

  it('leaves out what was not done, and what has no compensation', () => {
    const plan = planOf(step('a'), step('b'), { name: 'c', agent: 'scanner' });
    const undos = undosOf(plan, [
      { name: 'a', output: null, ended_at: later(5) },
      done('b'),
      done('c'),
      done('foreign'),
    ]);
    expect(undos.map(({ undoes }) => undoes)).toEqual(['b']);
    expect(undosOf(undefined, [done('a')])).toEqual([]);
  });

  it('is told what it undoes and the output of that, beside an input of its own', () => {
    const compensation = { input: { act: 'cancel', undoes: 'x' }, timeout_seconds: 5, retries: 9 };
    const [undo] = undosOf(planOf(step('a', { compensation })), [done('a')]);
    expect(undo).toMatchObject({
      agent_id: 'scanner',
      input: { act: 'cancel', undoes: 'a', outputs: { a: { of: 'a' } } },
      timeout_seconds: 5,
      retries: 9,
    });
  });

  it('undoes of two steps that ended at one time that first which waited for the other', () => {
    const plan = planOf(step('a'), step('b', { depends_on: ['a'] }), step('c', { depends_on: ['b', 'a'] }));
    const names = fc.shuffledSubarray(['a', 'b', 'c'], { minLength: 3 });
    fc.assert(
      fc.property(names, (order) => {
        expect(
          undosOf(
            plan,
            order.map((name) => done(name)),
          ).map(({ undoes }) => undoes),
        ).toEqual(['c', 'b', 'a']);
      }),
    );
  });
});

describe('the undoing', () => {
  it('goes on when the one before has ended, however', () => {
    const after = (state: 'running' | 'succeeded' | 'failed' | 'cancelled') =>
      readyUndos([aTask('undo:b', { state }), aTask('undo:a', { depends_on: ['undo:b'] })]);
    expect([after('running'), after('succeeded'), after('failed'), after('cancelled')]).toEqual([
      ...[[], ['undo:a'], ['undo:a'], ['undo:a']],
    ]);
  });

  it('is open until all have ended; then it is rolled back, or has failed where one is not done', () => {
    const one = aTask('undo:b', { state: 'succeeded', output: {} });
    expect(undoOutcome([one, aTask('undo:a', { state: 'delayed' })])).toBe('open');
    expect(undoOutcome([one, aTask('undo:a', { state: 'succeeded', output: {} })])).toBe('rolled_back');
    expect(undoOutcome([one, aTask('undo:a', { state: 'cancelled', output: {} })])).toBe('rolled_back'); // done as it was stopped
    expect(undoOutcome([one, aTask('undo:a', { state: 'failed' })])).toBe('failed');
  });
});
