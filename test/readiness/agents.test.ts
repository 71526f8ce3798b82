import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkReadiness } from '../../shared/readiness/check.ts';
import { aDefinition } from '../jobs/a-job.ts';
import { openWorld, type World } from '../world.ts';
import { alive, moved, registered, seen } from './a-fleet.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const check = async (facts: Record<string, unknown> = {}) =>
  (await checkReadiness(world.platform, { definition: aDefinition(facts) }, [])).checks;

describe('an agent', () => {
  it('that is alive passes', async () => {
    await alive(world, 'scanner');
    expect(await check()).toMatchObject([
      { name: 'agent:scanner', state: 'passed', reason: 'It is alive and may take work.', remedy: null },
    ]);
  });

  it('that is not registered fails', async () => {
    expect(await check()).toMatchObject([
      {
        state: 'failed',
        reason: 'The agent "scanner" is not registered.',
        remedy: 'Register it with PUT /v1/agents/scanner, and start it.',
      },
    ]);
  });

  it('that has never reported fails', async () => {
    await registered(world, 'scanner');
    expect(await check()).toMatchObject([
      {
        state: 'failed',
        reason: 'The agent "scanner" has never reported.',
        remedy: 'Start it; it goes on as soon as it sends a heartbeat.',
      },
    ]);
  });

  it('is alive for three heartbeat intervals', async () => {
    await alive(world, 'scanner');
    const since = world.clock.now().toISOString();
    await world.advance(89);
    expect(await check()).toMatchObject([{ state: 'passed' }]);
    await world.advance(1);
    expect(await check()).toMatchObject([
      { state: 'failed', reason: `The agent "scanner" has not reported since ${since}.` },
    ]);
    await seen(world, ['scanner']);
    expect(await check()).toMatchObject([{ state: 'passed' }]);
  });

  it.each([
    ['draining', 'Wait until it is active again, or name another agent.'],
    ['isolated', 'Ask an operator why, and to restore it.'],
    ['retired', 'Register it again with PUT /v1/agents/scanner, or name another agent.'],
  ] as const)('that is %s fails', async (state, remedy) => {
    await alive(world, 'scanner');
    await moved(world, 'scanner', state);
    expect(await check()).toMatchObject([{ state: 'failed', reason: expect.stringContaining(state), remedy }]);
  });

  it('that says it is busy is a warning: the job queues', async () => {
    await alive(world, 'scanner');
    await seen(world, ['scanner'], { running_tasks: 1 });
    expect(await check()).toMatchObject([{ state: 'passed' }]);
    await seen(world, ['scanner'], { running_tasks: 2 });
    expect(await check()).toMatchObject([{ state: 'warned', reason: expect.stringContaining('busy') }]);
  });
});

describe('a supporting agent', () => {
  it('that is missing fails', async () => {
    await alive(world, 'scanner');
    expect(await check({ supporting_agents: ['fixer', 'scanner'] })).toMatchObject([
      { state: 'passed' },
      { name: 'agent:fixer', state: 'failed' },
    ]);
  });

  it('that is missing is a warning where the plan can do with its primary agent alone', async () => {
    const single = { supporting_agents: ['fixer'], fallback: 'single_agent' };
    expect(await check(single)).toMatchObject([
      { name: 'agent:scanner', state: 'failed' },
      { name: 'agent:fixer', state: 'warned' },
    ]);
  });
});
