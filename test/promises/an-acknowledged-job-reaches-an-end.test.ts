/** A job that was acknowledged reaches an end, whatever fails, once faults stop. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busyRun, ends, type Busy } from './busy.ts';

// 5706: a fault at a doubled bell left an ended job due for ever.
describe.each([11, 12, 5706])('in the run of seed %i', (seed) => {
  let busy: Busy;
  beforeAll(async () => {
    busy = await busyRun({ seed });
  }, 60_000);
  afterAll(() => busy.close());

  /** Acknowledged jobs that are not there, or not at an end, or whose tasks go on. */
  async function broken(): Promise<string[]> {
    const { town, acknowledged } = busy;
    const ended = await town.sql<{ id: string }>(`select id from jobs where state in (${ends}) and due_at is null`);
    const over = new Set(ended.map(({ id }) => id));
    const alive = await town.sql<{ id: string }>(
      `select id from tasks where state in ('waiting', 'queued', 'delayed', 'running')`,
    );
    const open = await town.sql<{ id: string }>(
      `select id from approvals where state in ('open', 'granted') or due_at is not null`,
    );
    return [...acknowledged.filter((id) => !over.has(id)), ...[...alive, ...open].map(({ id }) => id)];
  }

  test('every job has come to an end, and nothing of it goes on', async () => {
    expect(await broken()).toEqual([]);
  });

  test('it was a run worth the name', async () => {
    const states = await busy.town.sql<{ state: string }>('select distinct state from jobs');
    expect(states.map(({ state }) => state)).toEqual(expect.arrayContaining(['succeeded', 'cancelled']));
    expect(busy.acknowledged.length).toBeGreaterThan(24);
    const types = (await busy.town.sql<{ type: string }>('select distinct type from events')).map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['blocked', 'resumed']));
  });

  test('a job that is stuck would be found', async () => {
    const [id = ''] = busy.acknowledged;
    await busy.town.tamper("update jobs set state = 'estimated' where id = ?", id);
    expect(await broken()).toEqual([id]);
  });
});
