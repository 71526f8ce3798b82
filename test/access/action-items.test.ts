import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { raiseActionItem, settleOpenItem } from '../../shared/access/action-items.ts';
import type { Caller } from '../../shared/access/caller.ts';
import { listActionItems } from '../../shared/access/list-action-items.ts';
import { settleActionItem } from '../../shared/access/settle-action-item.ts';
import { openWorld, type World } from '../world.ts';

const olga: Caller = { id: 'olga', kind: 'person', roles: ['operator'], owner_id: null };

let world: World;
beforeEach(async () => {
  world = await openWorld();
  for (const subject of ['job_1', 'job_2', 'job_3']) {
    await raise(subject);
    await world.advance(1);
  }
});
afterEach(() => world.close());

const raise = (subject: string) =>
  world.platform.db.transaction('raise', (tx) => raiseActionItem(tx, { code: 'stuck', subject, detail: 'it hangs' }));
const list = (filter: Partial<Parameters<typeof listActionItems>[2]> = {}) =>
  listActionItems(world.platform, olga, { limit: 10, ...filter });
const subjects = async (filter = {}) => (await list(filter)).map(({ subject }) => subject);
const idOf = async (subject: string) => (await list({ subject }))[0]?.item_id ?? '';

describe('action items', () => {
  it('are listed newest first, page by page', async () => {
    expect(await subjects()).toEqual(['job_3', 'job_2', 'job_1']);
    expect(await subjects({ limit: 1, before: await idOf('job_3') })).toEqual(['job_2']);
    expect(await subjects({ code: 'another' })).toEqual([]);
  });

  it('are settled once, by whoever was first, and raised anew', async () => {
    const item_id = await idOf('job_2');
    const settled = await settleActionItem(world.platform, olga, { item_id });
    expect(settled).toMatchObject({ item_id, subject: 'job_2', done_by: 'olga', done_at: world.clock.now() });
    await world.advance(1);
    expect(await settleActionItem(world.platform, { ...olga, id: 'omar' }, { item_id })).toEqual(settled);
    expect(await subjects({ state: 'open' })).toEqual(['job_3', 'job_1']);
    expect(await subjects({ state: 'done' })).toEqual(['job_2']);
    await raise('job_2');
    expect(await subjects({ subject: 'job_2' })).toHaveLength(2);
    await expect(settleActionItem(world.platform, olga, { item_id: 'item_none' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('are settled by what ends their cause, where there are any', async () => {
    const settle = (subject: string) =>
      world.platform.db.transaction('settle', (tx) => settleOpenItem(tx, { code: 'stuck', subject, by: 'olga' }));
    await settle('job_1');
    await settle('job_9');
    expect(await subjects({ state: 'open' })).toEqual(['job_3', 'job_2']);
  });
});
