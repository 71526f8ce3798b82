import { describe, expect, it } from 'vitest';
import { definitionSha256 } from '../../shared/jobs/canonical.ts';
import { JobDefinition } from '../../shared/jobs/definition.ts';
import { capabilitySets, mayTake, performerOf, undoerOf } from '../../shared/jobs/plan-steps.ts';
import { aDefinition, bare } from './a-job.ts';

type Step = Record<string, unknown>;

const issuesOf = (plan: Step[], more: Record<string, unknown> = { supporting_agents: ['fixer'] }) =>
  JobDefinition.safeParse({ ...bare, ...more, plan }).error?.issues.map(
    ({ path, message }) => `/${path.join('/')}: ${message}`,
  ) ?? [];

const step = (name: string, more: Step = {}): Step => ({ name, agent: 'scanner', ...more });
const planOf = (...steps: Step[]) => aDefinition({ supporting_agents: ['fixer'], plan: steps }).plan ?? [];

describe('a plan', () => {
  it('has defaults in each step', () => {
    expect(planOf(step('scan'))).toEqual([{ name: 'scan', agent: 'scanner', depends_on: [], input: {} }]);
  });

  it('is part of the definition, and so of its hash', () => {
    const hashes = [
      aDefinition(),
      aDefinition({ plan: [step('scan')] }),
      aDefinition({ plan: [step('scan', { compensation: {} })] }),
    ].map(definitionSha256);
    expect(new Set(hashes).size).toBe(3);
  });

  it('may be any graph without a cycle', () => {
    const diamond = [
      step('end', { depends_on: ['left', 'right'] }),
      step('left', { depends_on: ['begin'] }),
      step('right', { depends_on: ['begin'] }),
      step('begin'),
    ];
    expect(issuesOf(diamond)).toEqual([]);
  });

  it.each([
    ['an empty plan', [], /^\/plan: /],
    ['51 steps', Array.from({ length: 51 }, (_, at) => step(`s${at}`)), /^\/plan: /],
    ['a name too long', [step('s'.repeat(101))], /^\/plan\/0\/name: expected at most 100/],
    ['no time', [step('s', { timeout_seconds: 0 })], /^\/plan\/0\/timeout_seconds: /],
    ['more than a week', [step('s', { timeout_seconds: 604_801 })], /^\/plan\/0\/timeout_seconds: /],
    ['101 retries', [step('s', { retries: 101 })], /^\/plan\/0\/retries: /],
    ['no capability', [{ name: 's', capability: [] }], /^\/plan\/0\/capability: /],
    ['an input that is a list', [step('s', { input: [] })], /^\/plan\/0\/input: /],
    ['an unknown field', [step('s', { priority: 1 })], /^\/plan\/0: /],
    [
      'an unknown field of a compensation',
      [step('s', { compensation: { depends_on: [] } })],
      /^\/plan\/0\/compensation: /,
    ],
    [
      'two steps of one name',
      [step('s'), step('s')],
      '/plan/1/name: another step is called "s": give each a name of its own',
    ],
    [
      'a step for nobody',
      [{ name: 's' }],
      '/plan/0: name either the agent that does it or the capability that it takes',
    ],
    [
      'a step for two',
      [step('s', { capability: 'scan' })],
      '/plan/0: name either the agent that does it or the capability that it takes',
    ],
    [
      'a stranger',
      [step('s', { agent: 'zoe' })],
      '/plan/0/agent: "zoe" is no agent of the job: name it in supporting_agents, or take one of them',
    ],
    [
      'a stranger who undoes',
      [step('s', { compensation: { agent: 'zoe' } })],
      '/plan/0/compensation/agent: "zoe" is no agent of the job: name it in supporting_agents, or take one of them',
    ],
    [
      'a compensation for two',
      [step('s', { compensation: { agent: 'fixer', capability: 'fix' } })],
      '/plan/0/compensation: name the agent that does it or the capability, not both',
    ],
    [
      'a dependency on nothing',
      [step('s', { depends_on: ['t'] })],
      '/plan/0/depends_on/0: there is no step "t": name a step of this plan, or leave it out',
    ],
    [
      'a dependency named twice',
      [step('t'), step('s', { depends_on: ['t', 't'] })],
      '/plan/1/depends_on/1: "t" is named twice: leave one out',
    ],
    [
      'a step that waits for itself',
      [step('s', { depends_on: ['s'] })],
      '/plan/0/depends_on/0: s waits for s, so none of them can begin: leave one out',
    ],
    [
      'a cycle behind a way into it',
      [
        step('z', { depends_on: ['a'] }),
        step('a', { depends_on: ['free', 'c'] }),
        step('b', { depends_on: ['a'] }),
        step('c', { depends_on: ['b'] }),
        step('free'),
      ],
      '/plan/2/depends_on/0: a waits for c waits for b waits for a, so none of them can begin: leave one out',
    ],
  ])('is refused, with the place and what to do, for %s', (_, plan, told) => {
    expect(issuesOf(plan)).toEqual([typeof told === 'string' ? told : expect.stringMatching(told)]);
  });
});

describe('who does a step', () => {
  it('is its agent, or whoever has all of its capabilities, in whatever order they are named', () => {
    expect(performerOf({ agent: 'scanner' })).toEqual({ agent_id: 'scanner', capabilities: [] });
    expect(performerOf({ capability: 'scan' })).toEqual({ agent_id: null, capabilities: ['scan'] });
    expect(performerOf({ capability: ['b', 'a', 'b'] })).toEqual({ agent_id: null, capabilities: ['a', 'b'] });
  });

  it('undoes it too, where the compensation names nobody else', () => {
    const [one, other, third] = planOf(
      step('one', { compensation: {} }),
      { name: 'other', capability: 'scan', compensation: { agent: 'fixer' } },
      { name: 'third', capability: 'scan', compensation: {} },
    );
    expect([one, other, third].map((each) => each && undoerOf(each))).toEqual([
      { agent_id: 'scanner', capabilities: [] },
      { agent_id: 'fixer', capabilities: [] },
      { agent_id: null, capabilities: ['scan'] },
    ]);
  });

  it('is told as the distinct sets of capabilities that a plan needs', () => {
    const plan = planOf(
      { name: 'one', capability: ['b', 'a'] },
      { name: 'two', capability: ['a', 'b'] },
      step('three', { compensation: { capability: 'undo' } }),
    );
    expect(capabilitySets(plan)).toEqual([['a', 'b'], ['undo']]);
    expect(capabilitySets()).toEqual([]);
    expect([['a'], ['a', 'b'], ['undo', 'z'], []].map((capabilities) => mayTake(plan, capabilities))).toEqual([
      ...[false, true, true, false],
    ]);
  });
});
