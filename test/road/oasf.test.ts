import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { JobDefinition } from '../../shared/jobs/definition.ts';
import type { JobAnswer } from '../../shared/road/job-answer.ts';
import { asOasf } from '../../shared/road/oasf.ts';
import { noon } from '../jobs/a-job.ts';
import { contentGeneration, vulnerabilityScan } from '../jobs/examples.ts';

const answer = (definition: unknown): JobAnswer => ({
  status: 'success',
  state: 'executing',
  explanation: 'At work.',
  job_id: 'job_1',
  deployment_id: 'deploy_1',
  deployment_number: 2,
  version: 7,
  can_proceed: true,
  submitted_by: 'ann',
  definition: JobDefinition.parse(definition),
  estimated_tokens: null,
  estimated_cost_usd: null,
  estimate: null,
  validation: null,
  approval: null,
  blocked: null,
  plan: null,
  actual: null,
  outcome: null,
  outcome_reason: null,
  created_at: noon,
  started_at: null,
  finished_at: null,
  archived_at: null,
});

describe('a job as an OASF record', () => {
  it('has every member that the documentation maps, and no other', () => {
    const page = readFileSync(new URL('../../docs/oasf.md', import.meta.url), 'utf8');
    const mapped = [...page.matchAll(/^\| `(\w+)` +\|/gm)].map(([, member]) => member);
    expect(new Set(Object.keys(asOasf(answer(vulnerabilityScan))))).toEqual(new Set(mapped));
  });

  it('has its words where OASF has a place for them', () => {
    expect(asOasf(answer(contentGeneration))).toMatchObject({
      name: 'content_generation',
      version: '2',
      description: 'Generate blog post with SEO optimization',
      authors: ['ann'],
      created_at: '2026-03-01T12:00:00.000Z',
      skills: [{ name: 'marketing_brand' }],
      locators: [{ type: 'muster_job', url: '/api/v1/deployment/jobs/job_1' }],
      annotations: {
        'muster.status': 'success',
        'muster.state': 'executing',
        'muster.snapshot_sha256': expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      },
    });
  });

  it('names agents and resources in a module of its own, and every tool in another', () => {
    const record = asOasf(answer(vulnerabilityScan));
    expect(record['modules']).toMatchObject([
      {
        name: 'muster/job',
        data: {
          agents: ['scanner_v2', 'fixer_v2'],
          resources: [
            { resource_type: 'compute', amount: 2, unit: 'cores' },
            { resource_type: 'memory', amount: 4096, unit: 'MB' },
          ],
          max_execution_time_seconds: 600,
          priority: 3,
          max_budget_usd: 0.5,
          input_schema: { repository_path: 'string', scan_depth: 'full|quick' },
        },
      },
      { name: 'tool/bandit_scanner', data: { type: 'service', required: true } },
      { name: 'tool/safety_check', data: { type: 'service', required: true } },
    ]);
  });

  it('is JSON as it stands, and leaves out a budget that is not set', () => {
    const { max_budget_usd: _, ...rest } = contentGeneration;
    const record = asOasf(answer(rest));
    expect(JSON.parse(JSON.stringify(record))).toEqual(record);
    expect(JSON.stringify(record)).not.toContain('max_budget_usd');
  });

  it('tells nothing of what the job is given', () => {
    const record = asOasf(
      answer({ ...contentGeneration, input: { token: 'canary' }, payload: 'canary', metadata: { a: 'canary' } }),
    );
    expect(JSON.stringify(record)).not.toContain('canary');
  });
});
