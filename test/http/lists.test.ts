/** A cursor goes on in the list that gave it, and in no other: its key means something else there. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { routes } from '../../functions/routes.ts';
import { openDesk, type Desk } from './desk.ts';

let desk: Desk;
let cursor: string;
beforeAll(async () => {
  desk = await openDesk(routes);
  await desk.person('sue', ['submitter']);
  const { body } = await desk.ask('GET /api/v1/principals?limit=1', { as: desk.admin });
  cursor = new URL(String(body['next']), 'http://x').searchParams.get('cursor') ?? '';
});
afterAll(() => desk.close());

const ask = (path: string) => desk.ask(`GET /api/v1/${path}?cursor=${cursor}`, { as: desk.admin });

it('goes on where it was given', async () => {
  expect((await ask('principals')).body.items?.map(({ id }) => id)).toEqual(['sue']);
});

it.each(['agents', 'tasks', 'deployment/jobs', 'deployment/resources', 'deployment/tools', 'deployment/verifiers'])(
  'is refused by the list %s',
  async (path) => {
    expect((await ask(path)).body).toMatchObject({ code: 'invalid', errors: [{ pointer: '/cursor' }] });
  },
);

it('is refused after a change of one letter', async () => {
  cursor = (cursor.startsWith('A') ? 'B' : 'A') + cursor.slice(1);
  expect((await ask('principals')).body).toMatchObject({ code: 'invalid', errors: [{ pointer: '/cursor' }] });
});
