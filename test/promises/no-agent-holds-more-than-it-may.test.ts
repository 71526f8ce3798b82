/** An agent never holds more live leases than its `max_concurrent_tasks`. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busyRun, type Busy } from './busy.ts';

const watch = [
  'create table seen_leases (agent_id text, live integer, most integer)',
  `create trigger note_lease after update on tasks when new.state = 'running'
   begin insert into seen_leases select id,
     (select count(*) from tasks where holder_id = agents.id and state = 'running' and lease_until > new.started_at),
     max_concurrent_tasks from agents where id = new.holder_id; end`,
];

describe.each([41, 42, 43])('in the run of seed %i', (seed) => {
  let busy: Busy;
  beforeAll(async () => {
    busy = await busyRun({ seed, watch });
  }, 60_000);
  afterAll(() => busy.close());

  const tooMany = () => busy.town.sql('select * from seen_leases where live > most');

  test('none held more than it may, though the writer came to its limit', async () => {
    expect(await busy.town.sql("select max(live) live from seen_leases where agent_id = 'writer'")).toEqual([
      { live: 2 },
    ]);
    expect(await tooMany()).toEqual([]);
  });

  test('one too many would be found', async () => {
    await busy.town
      .tamper(`update tasks set state = 'running', holder_id = 'writer', started_at = '2026-01-01T00:00:00.000Z',
      lease_until = '2030-01-01T00:00:00.000Z'
      where id in (select id from tasks limit 3)`);
    expect((await tooMany()).length).toBeGreaterThan(0);
  });
});
