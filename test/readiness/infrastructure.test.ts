import { afterEach, beforeEach, expect, it } from 'vitest';
import { getInfrastructure, Infrastructure } from '../../shared/readiness/infrastructure.ts';
import { takeRoom } from '../../shared/resources/store.ts';
import { later } from '../jobs/a-job.ts';
import { register as registerResource } from '../resources/a-resource.ts';
import { register } from '../tools/a-tool.ts';
import { openWorld, type World } from '../world.ts';
import { alive, registered } from './a-fleet.ts';
import { openServer, type Server } from './a-server.ts';

let world: World;
let server: Server;
beforeEach(async () => {
  world = await openWorld({ SECRET_KEY_A: 'canary', SECRET_KEY_B: 'canary' });
  server = await openServer(({ path }) => ({ status: path === '/down' ? 500 : 200 }));
});
afterEach(async () => {
  await world.close();
  await server.close();
});

it('of an empty Muster is empty', async () => {
  expect(await getInfrastructure(world.platform)).toEqual({ tools: [], resources: [], agents: [], credentials: [] });
});

it('shows tools, resources, agents and credentials, each with its state and age', async () => {
  await register(world, { name: 'a', probe_url: `${server.url}/up`, rate_limit: 5, secret_name: 'key_a' });
  await register(world, {
    name: 'b',
    probe_url: `${server.url}/down`,
    secret_name: 'key_a',
    secret_expires_at: later(60).toISOString(),
  });
  await registerResource(world);
  await registerResource(world, { name: 'tiny', capacity: 1 });
  await world.platform.db.transaction('take', (tx) => takeRoom(tx, { name: 'tiny', amount: 1000 }));
  await alive(world, 'scanner');
  await registered(world, 'sleeper');
  await world.advance(60);
  await register(world, { name: 'c', secret_name: 'key_b' });
  await register(world, { name: 'd', secret_name: 'key_c' });

  const shown = await getInfrastructure(world.platform);
  expect(shown.tools).toMatchObject([
    { name: 'a', state: 'up', rate_limit: 5, calls_this_minute: 0, age_seconds: 60 },
    { name: 'b', state: 'down', reason: 'it answers with 500.', rate_limit: null, age_seconds: 60 },
    { name: 'c', state: 'unprobed', age_seconds: 0 },
    { name: 'd', state: 'unprobed' },
  ]);
  expect(shown.resources).toMatchObject([
    { name: 'cpu_pool', state: 'free', capacity: 8, free: 8, age_seconds: 60 },
    { name: 'tiny', state: 'full', allocated: 1, free: 0 },
  ]);
  expect(shown.agents).toEqual([
    { agent_id: 'scanner', state: 'suspect', age_seconds: 60 },
    { agent_id: 'sleeper', state: 'lost', age_seconds: null },
  ]);
  expect(shown.credentials).toEqual([
    { name: 'key_a', state: 'expired', used_by: ['a', 'b'], expires_at: later(60), age_seconds: 60 },
    { name: 'key_b', state: 'present', used_by: ['c'], expires_at: null, age_seconds: 0 },
    { name: 'key_c', state: 'absent', used_by: ['d'], expires_at: null, age_seconds: 0 },
  ]);
  expect(Infrastructure.safeParse(Infrastructure.encode(shown)).success).toBe(true);
  expect(JSON.stringify(shown)).not.toContain('canary');
});
