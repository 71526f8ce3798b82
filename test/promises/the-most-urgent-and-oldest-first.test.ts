/**
 * Within a queue, a claim takes the highest priority, oldest first; a poison task delays no other by more than one
 * claim.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTown, type Town } from '../road/town.ts';
import { busyRun, type Busy } from './busy.ts';

/** Notes each claim, and what stood before it in its queue at that moment. */
const watch = [
  'create table seen_claims (task_id text, claim_id text, at text)',
  'create table passed_over (task_id text, claim_id text, before_id text)',
  `create trigger note_claim after update on tasks when old.state = 'queued' and new.state = 'running'
   begin
     insert into seen_claims values (new.id, new.claim_id, new.started_at);
     insert into passed_over select new.id, new.claim_id, id from tasks
       where state = 'queued' and queue_id = new.queue_id
         and (priority < new.priority or (priority = new.priority and place < new.place));
   end`,
];

describe.each([51, 52, 53])('in the run of seed %i', (seed) => {
  let busy: Busy;
  beforeAll(async () => {
    busy = await busyRun({ seed, watch });
  }, 60_000);
  afterAll(() => busy.close());

  /** What the same claim took a moment later was not passed over. */
  const unjust = () =>
    busy.town.sql(`select * from passed_over where not exists (select 1 from seen_claims
      where seen_claims.task_id = passed_over.before_id and seen_claims.claim_id = passed_over.claim_id)`);

  test('no claim passed a more urgent or an older task over', async () => {
    const [seen] = await busy.town.sql<{ n: number }>('select count(*) n from seen_claims');
    expect(seen?.n).toBeGreaterThan(30);
    expect(await unjust()).toEqual([]);
  });

  test('a task that was passed over would be found', async () => {
    await busy.town.tamper(`update tasks set state = 'queued', queue_id = 'agent:writer', priority = 5, place = id
      where id in (select id from tasks order by id limit 2)`);
    await busy.town.tamper(`update tasks set state = 'running', claim_id = 'x' where id =
      (select id from tasks where state = 'queued' order by id desc limit 1)`);
    expect(await unjust()).toHaveLength(1);
  });
});

describe('a poison task', () => {
  let town: Town;
  beforeEach(async () => {
    town = await openTown();
  });
  afterEach(() => town.close());

  test('comes behind the others after each try', async () => {
    const poison = await town.started({ job_name: 'poison', max_retries: 50 });
    const others: string[] = [];
    for (let number = 0; number < 5; number++) {
      await town.world.advance(0.01);
      others.push(await town.started({ job_name: `good_${number}` }));
    }
    const claimed: string[] = [];
    for (let claims = 0; claims < 30 && claimed.filter((id) => id !== poison).length < 5; claims++) {
      const [task] = await town.claim('writer');
      if (task === undefined) break;
      claimed.push(task.job_id);
      if (task.job_id === poison) await town.fail('writer', task);
      else await town.complete('writer', task);
      await town.pass(6);
      await town.sweep();
    }
    expect(claimed.filter((id) => id !== poison)).toEqual(others);
    expect(claimed[0]).toBe(poison);
    expect(claimed.slice(0, 6)).toEqual([poison, ...others]);
  });

  test('that kills its holder does so too', async () => {
    const poison = await town.started({ job_name: 'poison', max_retries: 50 });
    await town.world.advance(0.01);
    const other = await town.started({ job_name: 'good' });
    expect((await town.one('writer')).job_id).toBe(poison);
    await town.world.advance(91);
    await town.sweep();
    expect((await town.one('writer')).job_id).toBe(other);
  });
});
