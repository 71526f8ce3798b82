import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkReadiness } from '../../shared/readiness/check.ts';
import { takeRoom } from '../../shared/resources/store.ts';
import { aDefinition } from '../jobs/a-job.ts';
import { register } from '../resources/a-resource.ts';
import { openWorld, type World } from '../world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const check = async (facts: Record<string, unknown> = {}) => {
  const required_resources = [{ resource_type: 'compute', amount: 2, unit: 'cores', ...facts }];
  const { checks } = await checkReadiness(world.platform, { definition: aDefinition({ required_resources }) }, []);
  return checks.find(({ name }) => name.startsWith('resource:'));
};

it('a resource with room passes', async () => {
  await register(world);
  expect(await check()).toMatchObject({
    name: 'resource:compute',
    state: 'passed',
    reason: '"cpu_pool" has room for 2 cores.',
    remedy: null,
  });
});

it('a resource without room at the moment fails, and says what helps', async () => {
  await register(world);
  await world.platform.db.transaction('take', (tx) => takeRoom(tx, { name: 'cpu_pool', amount: 7000 }));
  expect(await check()).toMatchObject({
    state: 'failed',
    reason: 'The job needs 2 cores and "cpu_pool" has 1 cores of 8 cores free.',
    remedy: 'Raise its capacity, or wait for running jobs to end.',
  });
});

it.each([{ required: false }, { fallback_available: true }])(
  'a resource that is missing but %j is a warning',
  async (facts) => {
    expect(await check(facts)).toMatchObject({ state: 'warned', reason: 'No resource "compute" is registered.' });
  },
);

it('a unit that does not convert fails, and names one that would', async () => {
  await register(world, { name: 'seats', resource_type: 'licences', unit: 'seats' });
  expect(await check({ resource_type: 'licences', unit: 'desks' })).toMatchObject({
    name: 'resource:licences',
    state: 'failed',
    remedy: 'Ask for it in seats.',
  });
});
