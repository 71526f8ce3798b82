import { describe, expect, test } from 'vitest';
import { evaluate } from '../../shared/approvals/condition.ts';
import {
  chooseWorkflow,
  defaultRules,
  defaultWorkflows,
  Rule,
  Workflow,
  type Rule as RuleType,
} from '../../shared/approvals/policy.ts';
import type { Json } from '../../shared/platform/wire.ts';

const facts = (job: Record<string, Json> = {}, cost_usd: number | null = 1): Record<string, Json> => ({
  job: { category: 'marketing_brand', priority: 5, ...job },
  estimate: { cost_usd },
  readiness: { is_ready: true, warnings: [] },
  requester: { id: 'ann', roles: ['submitter'] },
  deployment: { number: 1, rollback_of: null },
  environment: 'default',
});

const chosen = (given: Record<string, Json>) => chooseWorkflow(defaultRules, defaultWorkflows, given).workflow.name;

describe('the default rules', () => {
  test('a plain job takes the standard workflow, and the tree says why', () => {
    const { workflow, tree } = chooseWorkflow(defaultRules, defaultWorkflows, facts());
    expect(workflow.name).toBe('standard');
    expect(tree.map(({ rule, value }) => [rule, value])).toEqual([
      ['costly', false],
      ['specialized', false],
      ['urgent', false],
      ['otherwise', true],
    ]);
    expect(tree.at(-1)?.workflow).toBe('standard');
  });

  test('above ten dollars, specialized, or of priority 1 or 2 is critical', () => {
    expect(chosen(facts({}, 10))).toBe('standard');
    expect(chosen(facts({}, 10.000001))).toBe('critical');
    expect(chosen(facts({ category: 'specialized' }))).toBe('critical');
    expect(chosen(facts({ priority: 1 }))).toBe('critical');
    expect(chosen(facts({ priority: 2 }))).toBe('critical');
    expect(chosen(facts({ priority: 3 }))).toBe('standard');
  });

  test('the first rule that holds ends the search', () => {
    expect(chooseWorkflow(defaultRules, defaultWorkflows, facts({ priority: 1 }, 11)).tree).toHaveLength(1);
  });

  test('an unknown cost counts the most demanding way', () => {
    const { workflow, tree } = chooseWorkflow(defaultRules, defaultWorkflows, facts({}, null));
    expect(workflow.name).toBe('critical');
    expect(tree[0]).toMatchObject({ rule: 'costly', value: null, workflow: 'critical' });
    expect(tree[0]?.error).toContain('no such overload');
  });

  test('they fit their own schema', () => {
    expect(defaultRules.map((rule) => Rule.parse(rule))).toEqual(defaultRules);
    expect(defaultWorkflows.map((flow) => Workflow.parse(flow))).toEqual(defaultWorkflows);
  });
});

describe('a rule that goes wrong', () => {
  const otherwise: RuleType = { name: 'otherwise', when: 'true', workflow: 'standard' };

  test.each([
    ['an unknown variable', 'nobody.knows == 1'],
    ['a missing member', 'job.kind == "release"'],
    ['no boolean', 'job.priority'],
    ['no expression', '1 +'],
  ])('%s leads to the most demanding workflow', (_, when) => {
    const { workflow, tree } = chooseWorkflow(
      [{ name: 'broken', when, workflow: 'standard' }, otherwise],
      defaultWorkflows,
      facts(),
    );
    expect(workflow.name).toBe('critical');
    expect(tree).toHaveLength(1);
    expect(tree[0]?.error).not.toBe('');
  });

  test('no rule that holds, and a workflow that does not exist, lead there too', () => {
    expect(chooseWorkflow([], defaultWorkflows, facts()).workflow.name).toBe('critical');
    expect(chooseWorkflow([{ ...otherwise, workflow: 'gone' }], defaultWorkflows, facts()).workflow.name).toBe(
      'critical',
    );
  });

  test('a policy without workflows is refused outright', () => {
    expect(() => chooseWorkflow([], [], facts())).toThrow('without a workflow');
  });
});

test('an expression that is evaluated again gives what its new facts say', () => {
  expect(evaluate('environment == "a"', { environment: 'a' })).toEqual({ holds: true, error: null });
  expect(evaluate('environment == "a"', { environment: 'b' })).toEqual({ holds: false, error: null });
});
