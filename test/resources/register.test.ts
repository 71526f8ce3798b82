import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { streamEvents } from '../../shared/events/feed.ts';
import { deleteResource } from '../../shared/resources/delete-resource.ts';
import { getResource, listResources } from '../../shared/resources/read.ts';
import { takeRoom } from '../../shared/resources/store.ts';
import { RegisterResource, Resource } from '../../shared/resources/resource.ts';
import { openWorld, type World } from '../world.ts';
import { admin, allocated, register } from './a-resource.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const bells = () => world.rung.splice(0).map(({ bell, id }) => `${bell} ${id}`);
const take = (amount: number) =>
  world.platform.db.transaction('take', (tx) => takeRoom(tx, { name: 'cpu_pool', amount }));
const remove = (name = 'cpu_pool') => deleteResource(world.platform, admin, { name });
const get = (name = 'cpu_pool') => getResource(world.platform, admin, { name });
const history = async () =>
  (await streamEvents(world.platform.db.read, { stream: 'resource:cpu_pool', after: 0, limit: 10 })).map(
    ({ type }) => type,
  );

describe('registering a resource', () => {
  it('says what there is, in its own unit', async () => {
    const answer = await register(world, { unit: 'millicores', capacity: 1500 });
    expect(answer).toMatchObject({
      name: 'cpu_pool',
      unit: 'millicores',
      capacity: 1500,
      allocated: 0,
      free: 1500,
      version: 1,
    });
    expect(await get()).toEqual(answer);
    expect(() => Resource.parse(Resource.encode(answer))).not.toThrow();
  });

  it('wakes who waits for its name or its type when there is more', async () => {
    await register(world);
    expect(bells()).toEqual(['wake resource:cpu_pool', 'wake resource:compute']);
    await register(world, { capacity: 16 });
    expect(bells()).toHaveLength(2);
    await register(world, { capacity: 4 });
    expect(bells()).toEqual([]);
    await register(world, { name: 'licences', resource_type: 'licences', unit: 'seats' });
    expect(bells()).toEqual(['wake resource:licences']);
  });

  it('the same again changes nothing', async () => {
    const before = await register(world);
    expect(await register(world)).toEqual(before);
    expect(await history()).toEqual(['registered']);
  });

  it('anew is the next version, with an event', async () => {
    await register(world);
    expect(await register(world, { capacity: 4 })).toMatchObject({ version: 2, capacity: 4 });
    expect(await history()).toEqual(['registered', 'registered']);
  });

  it('keeps what is held', async () => {
    await register(world);
    await take(3000);
    expect(await register(world, { capacity: 5 })).toMatchObject({ capacity: 5, allocated: 3, free: 2 });
    expect(await register(world, { unit: 'millicores', capacity: 4000 })).toMatchObject({
      capacity: 4000,
      allocated: 3000,
    });
  });

  it('is refused below what is held, and in units that do not convert while something is held', async () => {
    await register(world);
    await take(3000);
    await expect(register(world, { capacity: 2 })).rejects.toMatchObject({ code: 'in_use' });
    const memory = { resource_type: 'memory', unit: 'GB', capacity: 64 };
    await expect(register(world, memory)).rejects.toMatchObject({ code: 'in_use' });
    expect(await allocated(world)).toBe(3000);
  });

  it('is refused in a unit that its type does not have', async () => {
    await expect(register(world, { unit: 'bananas' })).rejects.toMatchObject({
      code: 'unknown_unit',
      facts: {
        errors: [{ pointer: '/unit', message: '"bananas" is not a unit of compute; use cores, core, millicores.' }],
      },
    });
  });

  it('is refused beyond what can be counted', async () => {
    const storage = { resource_type: 'storage', unit: 'TB', capacity: 1e15 };
    await expect(register(world, storage)).rejects.toMatchObject({
      code: 'invalid',
      facts: { errors: [{ pointer: '/capacity' }] },
    });
  });

  it('takes nothing that it does not know', () => {
    const said = { name: 'cpu', resource_type: 'compute', unit: 'cores', capacity: 1 };
    expect(RegisterResource.safeParse(said).success).toBe(true);
    expect(RegisterResource.safeParse({ ...said, allocated: 0 }).success).toBe(false);
    expect(RegisterResource.safeParse({ ...said, capacity: -1 }).success).toBe(false);
    expect(RegisterResource.safeParse({ ...said, name: 'CPU pool' }).success).toBe(false);
  });
});

describe('deleting a resource', () => {
  it('makes it unknown, and its stream goes on when it is registered again', async () => {
    await register(world);
    await remove();
    await expect(get()).rejects.toMatchObject({ code: 'not_found' });
    await expect(remove()).rejects.toMatchObject({ code: 'not_found' });
    expect(await take(1)).toEqual([]);
    expect(await register(world)).toMatchObject({ version: 3, allocated: 0 });
    expect(await history()).toEqual(['registered', 'deleted', 'registered']);
  });

  it('is refused while jobs hold a part of it', async () => {
    await register(world);
    await take(1);
    await expect(remove()).rejects.toMatchObject({
      code: 'in_use',
      facts: { detail: expect.stringContaining('0.001 cores') },
    });
  });
});

it('resources are listed by name, page by page', async () => {
  for (const name of ['b', 'a', 'd', 'c']) await register(world, { name });
  await remove('c');
  const page = async (after?: string) =>
    (await listResources(world.platform, admin, { after, limit: 2 })).map(({ name }) => name);
  expect([await page(), await page('b'), await page('d')]).toEqual([['a', 'b'], ['d'], []]);
});
