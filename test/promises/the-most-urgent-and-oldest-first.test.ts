/** Within a queue, a claim takes the highest priority, oldest first; a poison task delays no other by more than one claim. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTown, type Town } from '../road/town.ts';
import { Lives } from './lives.ts';
import { aPoisonTaskDelaysNoOther, theMostUrgentAndOldestFirst } from './the-most-urgent-and-oldest-first.ts';

describe('in lives of all kinds', () => {
  let lives: Lives;
  beforeAll(async () => {
    lives = await Lives.open([theMostUrgentAndOldestFirst, aPoisonTaskDelaysNoOther]);
  }, 60_000);
  afterAll(() => lives.close());

  const several = "select queue_id from tasks where state = 'succeeded' group by queue_id having count(*) > 1";

  test('no claim passes a more urgent or an older task over', async () => {
    expect(await lives.until(several)).toEqual([]);
    expect(await lives.until('select 1 from tasks where attempts > 1')).toEqual([]);
  });

  test('a task that is passed over would be found, and one that stays in front after it failed', async () => {
    await lives.until(several);
    const [{ queue_id } = { queue_id: '' }] = lives.rows<{ queue_id: string }>(several);
    const two = `select id from tasks where queue_id = '${queue_id}' order by id limit 2`;
    const queued = `update tasks set state = 'queued', queued_at = '2026-01-01T00:00:00.000Z', settled_as = null,
      priority = 5, place = id where id in (${two})`;
    const later = `update tasks set state = 'running', claim_id = 'x' where id = (select max(id) from (${two}))`;
    expect(lives.tampered(queued, later)).toEqual([expect.stringContaining('was taken before')]);
    const first = `(select min(id) from (${two}))`;
    const failed = [
      `update tasks set state = 'running' where id = ${first}`,
      `update tasks set state = 'queued' where id <> ${first} and id in (${two})`,
    ];
    expect(lives.tampered(...failed, `update tasks set state = 'delayed' where id = ${first}`)).toContainEqual(
      expect.stringContaining('stands before'),
    );
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
