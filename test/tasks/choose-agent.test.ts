import { describe, expect, it } from 'vitest';
import { chooseAgent, type Capable } from '../../shared/tasks/choose-agent.ts';

const agent = (id: string, facts: Partial<Capable> = {}): Capable => ({
  ...{ id, room: 10, taken: 0, completed: 0, failed: 0, median_seconds: null },
  ...facts,
});
const chosen = (...capable: Capable[]) => chooseAgent(capable)?.agent_id;

describe('a task goes to the agent', () => {
  it('with the lowest load for its room, whatever it holds in all', () => {
    expect(chosen(agent('small', { room: 1, taken: 1 }), agent('large', { taken: 5 }))).toBe('large');
  });

  it('of equally busy ones with the best record, by more than one lucky task', () => {
    expect(chosen(agent('lucky', { completed: 1 }), agent('proven', { completed: 90, failed: 10 }))).toBe('proven');
    expect(chosen(agent('new'), agent('bad', { completed: 1, failed: 9 }))).toBe('new');
  });

  it('of equally good ones the faster one, and else by name', () => {
    expect(chosen(agent('a', { median_seconds: 9 }), agent('b', { median_seconds: 8 }), agent('c'))).toBe('b');
    expect(chosen(agent('b'), agent('a'))).toBe('a');
  });

  it('that may hold anything at all', () => {
    expect(chosen(agent('none', { room: 0 }), agent('full', { room: 1, taken: 3 }))).toBe('full');
    expect(chooseAgent([agent('none', { room: 0 })])).toBeUndefined();
  });
});

it('says why, and before whom', () => {
  const others = ['b', 'c', 'd', 'e', 'f'].map((id) => agent(id, { taken: 1 }));
  expect(chooseAgent([agent('a', { completed: 3, failed: 1 }), ...others])?.because).toBe(
    'a has 0 of 10 tasks, 3 of its 4 succeeded. Before b has 1 of 10 tasks, 0 of its 0 succeeded; c has 1 of 10 tasks, 0 of its 0 succeeded; d has 1 of 10 tasks, 0 of its 0 succeeded; and 2 more.',
  );
  expect(chooseAgent([agent('a')])?.because).toBe('a has 0 of 10 tasks, 0 of its 0 succeeded.');
});
