import { describe, expect, it } from 'vitest';
import { agentsOf, JobDefinition } from '../../shared/jobs/definition.ts';
import { aDefinition, bare } from './a-job.ts';
import { contentGeneration, vulnerabilityScan } from './examples.ts';

const tool = { tool_name: 'scanner' };
const resource = { resource_type: 'compute', amount: 1, unit: 'cores' };
const step = { name: 'scan', agent: 'scanner' };
const many = (count: number) => Array.from({ length: count }, (_, index) => `agent_${index}`);

const times = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item);

const problemsOf = (facts: Record<string, unknown>): string[] =>
  JobDefinition.safeParse({ ...bare, ...facts }).error?.issues.map(({ path }) => path.join('/')) ?? [];

describe('the examples that callers are shown', () => {
  it.each([
    ['content generation', contentGeneration],
    ['vulnerability scan', vulnerabilityScan],
    ['vulnerability scan at the highest priority', { ...vulnerabilityScan, priority: 1 }],
  ])('%s is accepted as it stands, and nothing of it is lost', (_, example) => {
    expect(JobDefinition.parse(example)).toMatchObject(example);
  });
});

describe('what a definition leaves out', () => {
  it('has a default', () => {
    expect(aDefinition()).toEqual({
      ...bare,
      supporting_agents: [],
      required_tools: [],
      required_resources: [],
      max_execution_time_seconds: 3600,
      max_retries: 3,
      priority: 5,
      environment: 'default',
      input: {},
      sensitive: [],
    });
  });

  it('has a default in a tool and a resource too', () => {
    const { required_tools, required_resources } = aDefinition({
      required_tools: [tool],
      required_resources: [resource],
    });
    expect(required_tools).toEqual([
      { ...tool, tool_type: 'api', required: true, fallback_available: false, min_rate_limit: 0, estimated_calls: 1 },
    ]);
    expect(required_resources).toEqual([{ ...resource, required: true, fallback_available: false }]);
  });

  it.each(Object.keys(bare))('has none for %s', (member) => {
    expect(problemsOf({ [member]: undefined })).toEqual([member]);
  });
});

/** The last value that is accepted at each bound, and the first that is not. */
const bounds: [member: string, accepted: unknown[], refused: unknown[]][] = [
  ['job_name', ['a', '9', 'a'.repeat(128), 'a.b-c_d'], ['', 'A', '_a', 'a b', 'ä', 'a'.repeat(129), 1, null]],
  ['job_description', ['x', 'x'.repeat(10_000)], ['', 'x'.repeat(10_001), 7]],
  ['category', ['core_security', 'cooking'], ['Core Security', '']],
  ['primary_agent', ['scanner_v2'], ['scanner v2', null]],
  ['supporting_agents', [[], many(50)], [many(51), ['A'], 'seo', null]],
  ['required_tools', [[], times(50, tool)], [times(51, tool), [{}], tool]],
  ['required_resources', [[], times(50, resource)], [times(51, resource), [{}], resource]],
  [
    'max_budget_usd',
    [0, 0.25, 0.000001, 999_999.999999, 1_000_000],
    [-0.01, 0.0000001, 0.2500001, 1_000_000.01, 1e300, Number.NaN, Number.POSITIVE_INFINITY, '0.25', null],
  ],
  ['max_tokens', [1, 1e12], [0, -1, 1.5, 1e12 + 1, '1']],
  ['max_execution_time_seconds', [1, 604_800], [0, 604_801, 0.5, '60']],
  ['max_retries', [0, 100], [-1, 101, 1.5]],
  ['priority', [1, 10], [0, 11, 2.5, 'high']],
  ['environment', ['default', 'production'], ['', 'Production']],
  ['model', ['gpt-4o', 'Ümläut/1', 'm'.repeat(200)], ['', 'm'.repeat(201)]],
  ['payload', ['', 'x'.repeat(900_000)], ['x'.repeat(900_001), {}]],
  ['fallback', ['single_agent'], ['none', true]],
  [
    'plan',
    [[step], [{ name: 'a', capability: ['x', 'y'], timeout_seconds: 604_800, retries: 100, compensation: {} }]],
    [[], [{ name: 'a' }], times(51, step), [step, step], null, {}],
  ],
  ['input', [{}, { a: [1, null, { b: 'c' }] }], [[], null, 'text', 1]],
  ['input_schema', [{ a: 'string' }], [[], null]],
  ['output_schema', [{ a: 'list' }], [[], 'list']],
  [
    'sensitive',
    [[], ['input.token'], ['input.a.b.c'], times(50, 'input.a')],
    [['token'], ['input'], ['input.'], ['input.a b'], ['output.a'], times(51, 'input.a'), [`input${'.a'.repeat(11)}`]],
  ],
  ['metadata', [{ team: 'blue', size: 3, tags: ['x'] }], [{ 'A B': 1 }, [], 'x']],
];

describe('a bound', () => {
  it('is tested for every member', () => {
    expect(bounds.map(([member]) => member).toSorted()).toEqual(Object.keys(JobDefinition.shape).toSorted());
  });

  it.each(bounds)('of %s accepts what lies inside', (member, accepted) => {
    expect(accepted.map((value) => problemsOf({ [member]: value }))).toEqual(accepted.map(() => []));
  });

  it.each(bounds)('of %s refuses what lies outside, and points to it', (member, _, refused) => {
    for (const value of refused) {
      const [first = 'accepted'] = problemsOf({ [member]: value });
      expect([value, first.split('/')[0]]).toEqual([value, member]);
    }
  });

  it.each([
    ['tool_name', 'A'],
    ['tool_type', ''],
    ['description', 'x'.repeat(2001)],
    ['required', 'yes'],
    ['fallback_available', 1],
    ['min_rate_limit', -1],
    ['min_rate_limit', 1_000_001],
    ['estimated_calls', 1.5],
    ['estimated_calls', 1_000_001],
  ])('of a tool refuses %s: %j', (member, value) => {
    expect(problemsOf({ required_tools: [{ ...tool, [member]: value }] })).toEqual([`required_tools/0/${member}`]);
  });

  it.each([
    ['resource_type', 'Compute'],
    ['amount', 0],
    ['amount', -1],
    ['amount', 1e12 + 1],
    ['amount', Number.POSITIVE_INFINITY],
    ['unit', ''],
    ['unit', 'x'.repeat(21)],
    ['required', null],
  ])('of a resource refuses %s: %j', (member, value) => {
    expect(problemsOf({ required_resources: [{ ...resource, [member]: value }] })).toEqual([
      `required_resources/0/${member}`,
    ]);
  });
});

describe('a field that nobody knows is refused', () => {
  it.each([
    ['in the definition', { max_budget: 1 }],
    ['in a tool', { required_tools: [{ ...tool, calls: 1 }] }],
    ['in a resource', { required_resources: [{ ...resource, cores: 1 }] }],
    ['by its name in another case', { Priority: 1 }],
  ])('%s', (_, facts) => {
    const { error } = JobDefinition.safeParse({ ...bare, ...facts });
    expect(error?.issues.map(({ code }) => code)).toEqual(['unrecognized_keys']);
  });
});

describe('the agents of a job', () => {
  it('are the primary one, then the others, each once', () => {
    const definition = aDefinition({ supporting_agents: ['b', 'a', 'scanner', 'b'] });
    expect(agentsOf(definition)).toEqual(['scanner', 'b', 'a']);
  });
});
