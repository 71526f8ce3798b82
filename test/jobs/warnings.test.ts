import { describe, expect, it } from 'vitest';
import { JobDefinition } from '../../shared/jobs/definition.ts';
import { warningsAbout } from '../../shared/jobs/warnings.ts';
import { aDefinition } from './a-job.ts';
import { contentGeneration, vulnerabilityScan } from './examples.ts';

const sound = { required_tools: [{ tool_name: 'scanner' }], max_budget_usd: 0.5 };
const about = (facts: Record<string, unknown>) => warningsAbout(aDefinition({ ...sound, ...facts }));

describe('a definition that looks like a mistake', () => {
  it.each([
    ['no tools', { required_tools: [] }, /No tools are named/],
    ['a description of two words', { job_description: '  do   it ' }, /description is so short/],
    ['no ceiling', { max_budget_usd: undefined }, /Neither max_budget_usd nor max_tokens/],
    ['a budget of nothing', { max_budget_usd: 0 }, /max_budget_usd is 0/],
    ['an absurd budget', { max_budget_usd: 1000.01 }, /max_budget_usd is 1000.01, more than 1,000/],
    [
      'absurdly many calls',
      { required_tools: [{ tool_name: 'a', estimated_calls: 10_000 }, { tool_name: 'b' }] },
      /10001 calls/,
    ],
    ['a time limit past a day', { max_execution_time_seconds: 86_401 }, /longer than a day/],
    ['many retries', { max_retries: 11 }, /11 retries/],
    ['a primary agent that supports itself', { supporting_agents: ['scanner'] }, /also a supporting agent/],
    ['an agent named twice', { supporting_agents: ['a', 'a'] }, /supporting agent is named twice/],
    [
      'an agent without a step',
      { supporting_agents: ['a'], plan: [{ name: 's', agent: 'scanner' }] },
      /nothing to do for a,/,
    ],
    [
      'a step that is longer than the job',
      { plan: [{ name: 's', agent: 'scanner', timeout_seconds: 3601 }] },
      /shorter than that of s,/,
    ],
    ['a step with many retries', { plan: [{ name: 's', agent: 'scanner', retries: 11 }] }, /tried 12 times/],
    [
      'a plan beside a fallback',
      { plan: [{ name: 's', agent: 'scanner' }], fallback: 'single_agent' },
      /nothing of the plan is done/,
    ],
    ['a tool named twice', { required_tools: [{ tool_name: 'a' }, { tool_name: 'a' }] }, /tool is named twice/],
  ])('has one warning for %s', (_, facts, words) => {
    expect(about(facts)).toEqual([expect.stringMatching(words)]);
  });

  it('has all its warnings at once', () => {
    expect(warningsAbout(aDefinition({ job_description: 'x' }))).toHaveLength(3);
  });
});

describe('a definition that is sound has no warning', () => {
  it.each([
    ['at each bound', { max_budget_usd: 1000, max_execution_time_seconds: 86_400, max_retries: 10 }],
    ['with a ceiling in tokens', { max_budget_usd: undefined, max_tokens: 1000 }],
    ['with 10,000 calls', { required_tools: [{ tool_name: 'a', estimated_calls: 10_000 }] }],
    ['with three words', { job_description: 'scan the code' }],
  ])('%s', (_, facts) => {
    expect(about(facts)).toEqual([]);
  });

  it.each([contentGeneration, vulnerabilityScan])('as the examples', (example) => {
    expect(warningsAbout(JobDefinition.parse(example))).toEqual([]);
  });
});
