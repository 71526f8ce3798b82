import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allocate, freeResources, freeUnits } from '../../shared/resources/allocate.ts';
import type { Need } from '../../shared/resources/choose.ts';
import { allocationsOf, giveRoom, takeRoom } from '../../shared/resources/store.ts';
import { storedJob } from '../jobs/a-job.ts';
import { openWorld, type World } from '../world.ts';
import { allocated, aNeed, register } from './a-resource.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const start = (deployment_id: string, ...resources: Need[]) =>
  world.platform.db.transaction('start', (tx) => allocate(tx, { deployment_id, resources }));
const end = (deployment_id: string) => world.platform.db.transaction('end', (tx) => freeResources(tx, deployment_id));
const held = (deployment_id: string) => allocationsOf(world.platform.db.read, { deployment_id });
const deployment = async () => (await storedJob(world)).deployment_id;
const bells = () => world.rung.splice(0).flatMap(({ bell, id }) => (bell === 'wake' ? [id] : []));

describe('allocating', () => {
  it('takes what the job needs, and gives all of it back, once', async () => {
    await register(world);
    await register(world, { name: 'ram', resource_type: 'memory', unit: 'GB', capacity: 16 });
    const id = await deployment();
    await start(id, aNeed({ amount: 2 }), aNeed({ resource_type: 'memory', amount: 4096, unit: 'MB' }));
    expect([await allocated(world), await allocated(world, 'ram')]).toEqual([2000, 4_096_000_000]);
    bells();
    await end(id);
    expect([await allocated(world), await allocated(world, 'ram'), await held(id)]).toEqual([0, 0, []]);
    expect(bells()).toEqual(['resource:cpu_pool', 'resource:compute', 'resource:ram', 'resource:memory']);
    await end(id);
    expect([await allocated(world), bells()]).toEqual([0, []]);
  });

  it('adds up what is asked of one resource twice', async () => {
    await register(world);
    const id = await deployment();
    await start(id, aNeed({ amount: 2 }), aNeed({ resource_type: 'cpu_pool', amount: 1 }));
    expect(await held(id)).toEqual([{ deployment_id: id, resource_name: 'cpu_pool', amount: 3000 }]);
  });

  it('is refused where there is no room, and nothing of it has happened', async () => {
    await register(world);
    await register(world, { name: 'ram', resource_type: 'memory', unit: 'GB', capacity: 1 });
    const id = await deployment();
    await expect(
      start(id, aNeed({ amount: 2 }), aNeed({ resource_type: 'memory', amount: 2, unit: 'GB' })),
    ).rejects.toMatchObject({
      code: 'resource_exhausted',
      facts: {
        waits_for: 'resource:memory',
        waits_amount: 2_000_000_000,
        detail: expect.stringContaining('needs 2 GB'),
      },
    });
    expect([await allocated(world), await held(id)]).toEqual([0, []]);
  });

  it('leaves out what the job can do without', async () => {
    await register(world);
    const id = await deployment();
    await start(
      id,
      aNeed(),
      aNeed({ amount: 100, required: false }),
      aNeed({ resource_type: 'gpu', unit: 'gpus', fallback_available: true }),
    );
    expect(await held(id)).toEqual([{ deployment_id: id, resource_name: 'cpu_pool', amount: 1000 }]);
  });

  it('of nothing touches nothing', async () => {
    const id = await deployment();
    await start(id);
    await end(id);
    expect(await held(id)).toEqual([]);
  });

  it('fills a resource to the brim and no further', async () => {
    await register(world, { capacity: 0.3 });
    const ids = [await deployment(), await deployment(), await deployment(), await deployment()];
    const settled = await Promise.allSettled(ids.map((id) => start(id, aNeed({ amount: 0.1 }))));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
    expect(await allocated(world)).toBe(300);
  });
});

describe('room', () => {
  it('is counted by name, or over all of a type', async () => {
    await register(world);
    await register(world, { name: 'spare', capacity: 4 });
    const id = await deployment();
    await start(id, aNeed({ resource_type: 'spare', amount: 3 }));
    const free = (word: string) => freeUnits(world.platform.db.read, word);
    expect([await free('spare'), await free('compute'), await free('gpu')]).toEqual([1000, 9000, undefined]);
  });

  it('is guarded by the statement itself, whatever was read before', async () => {
    await register(world);
    const take = (amount: number) =>
      world.platform.db.transaction('take', (tx) => takeRoom(tx, { name: 'cpu_pool', amount }));
    expect([await take(8001), await take(8000), await take(1)]).toEqual([[], [{ name: 'cpu_pool' }], []]);
    expect(await allocated(world)).toBe(8000);
  });

  it('that was not taken cannot be given back', async () => {
    await register(world);
    const given = await world.platform.db.transaction('give', (tx) => giveRoom(tx, { name: 'cpu_pool', amount: 1 }));
    expect(given).toEqual([]);
  });
});

describe('promise 4', () => {
  const commands = fc.array(
    fc.record({
      job: fc.nat(5),
      ends: fc.boolean(),
      needs: fc.array(
        fc.record({
          resource_type: fc.constantFrom('compute', 'cpu_pool', 'spare', 'memory'),
          tenths: fc.integer({ min: 1, max: 25 }),
          fallback_available: fc.boolean(),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
    { maxLength: 30 },
  );
  const needOf = ({
    resource_type,
    tenths,
    fallback_available,
  }: {
    resource_type: string;
    tenths: number;
    fallback_available: boolean;
  }) =>
    aNeed({
      resource_type,
      amount: tenths / 10,
      unit: resource_type === 'memory' ? 'GB' : 'cores',
      fallback_available,
    });

  it('a resource is never allocated beyond its capacity, and all is free at the end', async () => {
    await register(world, { capacity: 4.5 });
    await register(world, { name: 'spare', capacity: 2.1 });
    await register(world, { name: 'ram', resource_type: 'memory', unit: 'GB', capacity: 3.3 });
    const jobs = await Promise.all(Array.from({ length: 6 }, deployment));
    await fc.assert(
      fc.asyncProperty(commands, async (script) => {
        const running = new Set<string>();
        // In one burst, as stages do; each transaction runs whole, in some order.
        await Promise.all(
          script.map(async ({ job, ends, needs }) => {
            const id = jobs[job] ?? '';
            if (running.has(id) === ends) running[ends ? 'delete' : 'add'](id);
            else return;
            await (ends ? end(id) : start(id, ...needs.map(needOf))).catch((error: unknown) => {
              expect(error).toMatchObject({ code: 'resource_exhausted' });
            });
            expect(await allocated(world)).toBeLessThanOrEqual(4500);
            expect(await allocated(world, 'spare')).toBeLessThanOrEqual(2100);
            expect(await allocated(world, 'ram')).toBeLessThanOrEqual(3_300_000_000);
          }),
        );
        for (const name of ['cpu_pool', 'spare', 'ram']) {
          const amounts = (await Promise.all(jobs.map(held))).flat().filter((one) => one.resource_name === name);
          expect(await allocated(world, name)).toBe(amounts.reduce((sum, { amount }) => sum + amount, 0));
        }
        await Promise.all(jobs.map(end));
        for (const name of ['cpu_pool', 'spare', 'ram']) expect(await allocated(world, name)).toBe(0);
      }),
      { numRuns: 40 },
    );
  });
});
