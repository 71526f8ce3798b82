import { describe, expect, it } from 'vitest';
import { aloneBecause, type Fleet, type Pace } from '../../shared/deployments/fallback.ts';
import { aDefinition } from '../jobs/a-job.ts';

const everybody = new Set(['scanner', 'fixer', 'writer']);
const pace = (p95_seconds: number, more: Partial<Pace> = {}): Pace => ({
  median_seconds: p95_seconds / 2,
  p95_seconds,
  runs: 5,
  ...more,
});

interface Known {
  present?: Fleet['present'];
  paces?: Record<string, Pace>;
  task_limit_seconds?: number;
}
const reason = ({ present = everybody, paces = {}, task_limit_seconds = 300 }: Known, more: object = {}) =>
  aloneBecause(
    aDefinition({
      supporting_agents: ['fixer', 'writer'],
      fallback: 'single_agent',
      max_execution_time_seconds: 600,
      ...more,
    }),
    { present, paces: new Map(Object.entries(paces)), task_limit_seconds },
  );

describe('a plan with a fallback', () => {
  it('is run whole when all are there and quick enough, or nothing is known of how quick', () => {
    expect(reason({})).toBeUndefined();
    expect(reason({ paces: { fixer: pace(300), writer: pace(10), scanner: pace(10) } })).toBeUndefined();
  });

  it('is run by the primary agent alone when a supporting one is absent', () => {
    expect(reason({ present: new Set(['scanner', 'writer']) })).toBe('fixer cannot take a task now');
  });

  it('is run by it alone when one may take longer than its task may', () => {
    expect(reason({ paces: { writer: pace(300.2) } })).toBe(
      'writer may take 301 s (p95 of its last tasks), and has 300 s',
    );
  });

  it('is run by it alone when one may take longer than the primary agent’s usual time leaves of the job’s', () => {
    const paces = { fixer: pace(121), scanner: pace(900, { median_seconds: 480 }) };
    expect(reason({ paces })).toBe('fixer may take 121 s (p95 of its last tasks), and has 120 s');
    expect(reason({ paces: { ...paces, fixer: pace(120) } })).toBeUndefined();
  });

  it('leaves nothing to others when the primary agent alone is usually too slow', () => {
    const paces = { fixer: pace(1), scanner: pace(900, { median_seconds: 700 }) };
    expect(reason({ paces })).toBe('fixer may take 1 s (p95 of its last tasks), and has 0 s');
  });

  it('does not judge by fewer than five tasks', () => {
    expect(reason({ paces: { fixer: pace(5000, { runs: 4 }) } })).toBeUndefined();
  });

  it('counts neither strangers nor the primary agent as a supporting one', () => {
    const named = { supporting_agents: ['scanner', 'fixer'] };
    const present = new Set(['fixer']);
    expect(reason({ present, paces: { scanner: pace(5000), stranger: pace(5000) } }, named)).toBeUndefined();
  });
});

it('a plan without a fallback is run whole, whoever is absent or slow', () => {
  const paces = { fixer: pace(5000) };
  expect(reason({ present: new Set(), paces }, { fallback: undefined })).toBeUndefined();
});
