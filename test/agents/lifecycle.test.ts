import { describe, expect, test } from 'vitest';
import { agentStates } from '../../shared/agents/agent.ts';
import { stateAfter, type Order } from '../../shared/agents/lifecycle.ts';

const allowed: [string, Order, string][] = [
  ['active', 'isolate', 'isolated'],
  ['draining', 'isolate', 'isolated'],
  ['isolated', 'isolate', 'isolated'],
  ['active', 'drain', 'draining'],
  ['draining', 'drain', 'draining'],
  ['active', 'restore', 'active'],
  ['draining', 'restore', 'active'],
  ['isolated', 'restore', 'active'],
];

describe('an order', () => {
  test.each(allowed)('to an agent that is %s, to %s, makes it %s', (state, order, next) => {
    expect(stateAfter(state as 'active', order)).toBe(next);
  });

  test('is refused in every other state that is stored', () => {
    for (const state of ['active', 'draining', 'isolated', 'retired'] as const)
      for (const order of ['isolate', 'drain', 'restore'] as const)
        if (!allowed.some(([from, by]) => from === state && by === order))
          expect(() => stateAfter(state, order)).toThrow(`The agent is ${state}.`);
    expect(agentStates).toContain('isolated');
  });

  test('that is refused says what may be ordered instead', () => {
    expect(() => stateAfter('isolated', 'drain')).toThrow('It may be ordered to: isolate, restore.');
    expect(() => stateAfter('retired', 'restore')).toThrow('Register it again first.');
  });
});
