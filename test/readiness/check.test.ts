import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkReadiness } from '../../shared/readiness/check.ts';
import { verifiersFor } from '../../shared/readiness/checks/verifiers.ts';
import { Readiness, readinessOf } from '../../shared/readiness/readiness.ts';
import { register as registerResource } from '../resources/a-resource.ts';
import { aDefinition } from '../jobs/a-job.ts';
import { register as registerTool } from '../tools/a-tool.ts';
import { openWorld, type World, type WorldOptions } from '../world.ts';
import { alive } from './a-fleet.ts';

let world: World;
/** Statements that were run. */
let statements: string[];
const engine: WorldOptions['engine'] = (inner) => ({
  ...inner,
  read: (query) => {
    statements.push(query.sql);
    return inner.read(query);
  },
});
beforeEach(async () => {
  statements = [];
  world = await openWorld({}, { engine });
});
afterEach(() => world.close());

const check = async (facts: Record<string, unknown> = {}) => {
  const definition = aDefinition(facts);
  return checkReadiness(world.platform, { definition }, await verifiersFor(world.platform.db.read, definition));
};
const tool = (tool_name: string, facts: Record<string, unknown> = {}) => ({ tool_name, ...facts });
const cores = (amount: number) => ({ resource_type: 'compute', amount, unit: 'cores' });

describe('readiness', () => {
  it('is there when all that the job needs is', async () => {
    await alive(world, 'scanner', 'fixer');
    await registerTool(world);
    await registerResource(world);
    const readiness = await check({
      supporting_agents: ['fixer'],
      required_tools: [tool('linter')],
      required_resources: [cores(2)],
    });
    expect(readiness).toMatchObject({
      is_ready: true,
      checks_passed: 4,
      checks_failed: 0,
      missing_tools: [],
      missing_resources: [],
      warnings: [],
      waits_for: null,
    });
    expect(readiness.checks.map(({ name, state, remedy }) => [name, state, remedy])).toEqual([
      ['tool:linter', 'passed', null],
      ['resource:compute', 'passed', null],
      ['agent:scanner', 'passed', null],
      ['agent:fixer', 'passed', null],
    ]);
    expect(Readiness.safeParse(readiness).success).toBe(true);
  });

  it('names all that is missing, and waits for the first of it', async () => {
    const readiness = await check({
      required_tools: [tool('linter'), tool('fuzzer', { required: false }), tool('grep', { fallback_available: true })],
      required_resources: [cores(2), { resource_type: 'gpu', amount: 1, unit: 'gpus', required: false }],
    });
    expect(readiness).toMatchObject({
      is_ready: false,
      checks_passed: 0,
      checks_failed: 3,
      missing_tools: ['linter'],
      missing_resources: ['compute'],
      waits_for: 'tool:linter',
    });
    expect(readiness.warnings).toEqual([
      'The tool "fuzzer" is not registered. Register it with POST /v1/deployment/tools/register.',
      'The tool "grep" is not registered. Register it with POST /v1/deployment/tools/register.',
      'No resource "gpu" is registered. Register one with POST /v1/deployment/resources/register.',
    ]);
  });

  it('of a job without tools and resources costs a read of its agents and one of the verifiers', async () => {
    await alive(world, 'scanner');
    statements = [];
    expect((await check()).is_ready).toBe(true);
    const tables = statements.map((statement) => /from "(\w+)"/.exec(statement)?.[1]);
    expect(new Set(tables)).toEqual(new Set(['agents', 'verifiers']));
    expect(tables).toHaveLength(2);
  });

  it('of many tools, resources and agents costs one read of each kind', async () => {
    const many = Array.from({ length: 20 }, (_, index) => `n${index}`);
    statements = [];
    await check({
      supporting_agents: many,
      required_tools: many.map((name) => tool(name)),
      required_resources: many.map((name) => ({ ...cores(1), resource_type: name })),
    });
    expect(statements).toHaveLength(4);
  });
});

it('a job waits for the verifier, whichever of its checks failed', () => {
  const failed = { state: 'failed' as const, reason: 'No.', remedy: 'Mend it.', latency_ms: 0 };
  expect(readinessOf([{ ...failed, name: 'verifier:audit:licence' }]).waits_for).toBe('verifier:audit');
  expect(readinessOf([]).is_ready).toBe(true);
});
