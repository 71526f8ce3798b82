/** A resource is never allocated beyond capacity; at a job's end everything it held is free. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busyRun, type Busy } from './busy.ts';

const watch = [
  'create table seen_allocations (name text, allocated integer, capacity integer, held integer)',
  `create trigger note_allocation after insert on allocations
   begin insert into seen_allocations select name, allocated, capacity,
     (select sum(amount) from allocations where resource_name = resources.name)
     from resources where name = new.resource_name; end`,
];

describe.each([31, 32])('in the run of seed %i', (seed) => {
  let busy: Busy;
  beforeAll(async () => {
    busy = await busyRun({ seed, watch });
  }, 60_000);
  afterAll(() => busy.close());

  const broken = () =>
    busy.town.sql('select * from seen_allocations where allocated > capacity or held > capacity or held <> allocated');
  const held = () =>
    busy.town.sql('select name from resources where allocated <> 0 union select resource_name from allocations');

  test('none was allocated beyond its capacity', async () => {
    const [seen] = await busy.town.sql<{ n: number }>('select count(*) n from seen_allocations');
    expect(seen?.n).toBeGreaterThan(0);
    expect(await broken()).toEqual([]);
  });

  test('everything is free at the end', async () => {
    expect(await held()).toEqual([]);
    expect(await busy.town.sql('select * from tool_uses')).toEqual([]);
  });

  test('one unit too much would be found', async () => {
    await busy.town.tamper('update resources set allocated = capacity + 1');
    expect(await held()).toHaveLength(1);
    const deployment = '(select id from deployments limit 1)';
    await busy.town.tamper(`insert into allocations values (${deployment}, 'bench', 1)`);
    expect(await broken()).toHaveLength(1);
  });
});
