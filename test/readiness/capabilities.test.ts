import { expect, it } from 'vitest';
import { capabilityFinding } from '../../shared/readiness/checks/capabilities.ts';
import { readinessOf } from '../../shared/readiness/readiness.ts';

const agent = (id: string, state: 'active' | 'suspect' | 'lost' | 'isolated', ...capabilities: string[]) => ({
  ...{ id, state, capabilities },
});

it('passes where somebody who may work has all of them', () => {
  const agents = [agent('one', 'active', 'a'), agent('two', 'suspect', 'a', 'b'), agent('three', 'lost', 'a', 'b')];
  expect(capabilityFinding(['a', 'b'], agents)).toMatchObject({ state: 'passed', reason: 'two may take it.' });
});

it('fails where nobody has it, and says what to do', () => {
  expect(capabilityFinding(['a'], [])).toEqual({
    name: 'capability:a',
    state: 'failed',
    reason: 'No agent with the capability "a" can take a task.',
    remedy: 'Register one with PUT /v1/agents/{agent_id}, and start it.',
  });
});

it('fails where each has a part, or may not work, and waits for the first of them', () => {
  const found = capabilityFinding(
    ['a', 'b'],
    [agent('one', 'active', 'a'), agent('two', 'active', 'b'), agent('three', 'lost', 'a', 'b')],
  );
  expect(found).toMatchObject({
    name: 'capability:a:b',
    state: 'failed',
    reason: 'No agent with the capabilities "a" and "b" can take a task: three is lost.',
  });
  expect(readinessOf([{ ...found, latency_ms: 0 }])).toMatchObject({ waits_for: 'capability:a' });
});
