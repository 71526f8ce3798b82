/** A poison task delays no other by more than one claim: also step by step, beside what lives show. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTown, type Town } from '../road/town.ts';

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
