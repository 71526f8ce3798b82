/** What a person must look at, over HTTP. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { actionItemRoutes } from '../../functions/http/action-items.ts';
import { raiseActionItem } from '../../shared/access/action-items.ts';
import { openDesk, plainRoutes, type Desk } from './desk.ts';

let desk: Desk;
let reader = '';
let operator = '';
const path = '/api/v1/action-items';

beforeAll(async () => {
  desk = await openDesk([...actionItemRoutes, ...plainRoutes()]);
  [reader, operator] = [await desk.person('rita', ['reader']), await desk.person('olga', ['operator'])];
  for (const subject of ['job_1', 'job_2', 'job_3']) {
    const item = { code: 'stuck', subject, detail: 'it hangs' };
    await desk.world.platform.db.transaction('raise', (tx) => raiseActionItem(tx, item));
    await desk.world.advance(1);
  }
});
afterAll(() => desk.close());

const list = async (query: string) => (await desk.ask(`GET ${path}${query}`, { as: reader })).body;

it('pages through them, newest first', async () => {
  const first = await list('?limit=2');
  expect(first.items?.map(({ subject }) => subject)).toEqual(['job_3', 'job_2']);
  const { body } = await desk.ask(`GET ${String(first['next'])}`, { as: reader });
  expect(body.items?.map(({ subject }) => subject)).toEqual(['job_1']);
  expect((await list('?state=half')).code).toBe('invalid');
});

it('lets an operator settle one, and finds it by its state from then on', async () => {
  const item_id = String((await list('?subject=job_2')).items?.[0]?.['item_id']);
  const done = `POST ${path}/${item_id}/done`;
  expect((await desk.ask(done, { as: reader })).body.code).toBe('forbidden');
  expect((await desk.ask(done, { as: operator })).body).toMatchObject({ subject: 'job_2', done_by: 'olga' });
  expect((await list('?state=done')).items).toHaveLength(1);
  expect((await list('?state=open&code=stuck')).items).toHaveLength(2);
  expect((await desk.ask(`POST ${path}/item_none/done`, { as: operator })).body.code).toBe('not_found');
});
