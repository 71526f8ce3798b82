/** People and services, each change with its event. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Caller } from '../../shared/access/caller.ts';
import { authenticate } from '../../shared/access/authenticate.ts';
import { disablePrincipal, writePrincipal } from '../../shared/access/change-principal.ts';
import { deleteKey, issueKey } from '../../shared/access/keys.ts';
import { deletePrincipal, getPrincipal, listPrincipals, putPrincipal } from '../../shared/access/principals.ts';
import { approvers, findPrincipal, principalsByIds } from '../../shared/access/store.ts';
import { streamEvents } from '../../shared/events/feed.ts';
import { verified } from '../events/a-chain.ts';
import { openWorld, type World } from '../world.ts';
import { admin, refusal } from './an-admin.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const put = (input: Partial<Parameters<typeof putPrincipal>[2]> = {}, caller: Caller = admin) =>
  putPrincipal(world.platform, caller, { id: 'pat', kind: 'person', roles: ['reader'], ...input });
const eventsOf = (id: string) =>
  streamEvents(world.platform.db.read, { stream: `principal:${id}`, after: 0, limit: 100 });

it('is created with its id for a name, and each role once', async () => {
  expect(await put({ roles: ['reader', 'submitter', 'reader'] })).toEqual({
    id: 'pat',
    kind: 'person',
    name: 'pat',
    roles: ['reader', 'submitter'],
    owner_id: null,
    version: 1,
    created_at: world.clock.now(),
    keys: [],
  });
});

it('writes one event for each change, none for a repeat, and its chain verifies', async () => {
  await put();
  await put();
  await put({ roles: ['operator'], if_match: '"1"' });
  const { id } = await issueKey(world.platform, admin, { principal_id: 'pat' });
  await deleteKey(world.platform, admin, { principal_id: 'pat', key_id: id });
  await deletePrincipal(world.platform, admin, { id: 'pat' });
  await put();
  const events = await eventsOf('pat');
  expect(events.map(({ type }) => type)).toEqual([
    'created',
    'changed',
    'key_issued',
    'key_deleted',
    'disabled',
    'changed',
  ]);
  expect(events.every(({ actor }) => actor === 'ada')).toBe(true);
  expect(verified(events)).toBeUndefined();
  expect(await findPrincipal(world.platform.db.read, { id: 'pat' })).toMatchObject({
    version: 6,
    head_hash: events.at(-1)?.hash,
    disabled_at: null,
  });
});

it('changes only the version that the caller has seen', async () => {
  await put({ if_match: undefined });
  expect((await refusal(put({ roles: [] }))).code).toBe('precondition_required');
  expect((await refusal(put({ roles: [], if_match: '"2"' }))).code).toBe('stale');
  expect((await refusal(deletePrincipal(world.platform, admin, { id: 'pat', if_match: '"2"' }))).code).toBe('stale');
  expect((await put({ roles: [], if_match: '"1"' })).version).toBe(2);
});

const anAdmin = (id: string): Caller => ({ id, kind: 'person', roles: ['admin'], owner_id: null });
const adminsLeft = async () =>
  (await listPrincipals(world.platform, admin, { limit: 50 })).flatMap(({ id, roles }) =>
    roles.includes('admin') ? [id] : [],
  );

it.each<[string, (by: Caller, id: string) => Promise<unknown>]>([
  ['demote', (by, id) => put({ id, roles: ['reader'], if_match: '"1"' }, by)],
  ['delete', (by, id) => deletePrincipal(world.platform, by, { id })],
])('leaves one admin when two %s each other at once', async (_, end) => {
  await put({ id: 'bea', roles: ['admin'] });
  await put({ id: 'cleo', roles: ['admin', 'reader'] });
  const both = await Promise.allSettled([end(anAdmin('bea'), 'cleo'), end(anAdmin('cleo'), 'bea')]);
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(both[1]).toMatchObject({ reason: { code: 'conflict' } });
  expect(await adminsLeft()).toEqual(['bea']);
});

it('keeps the last admin, whoever asks; other roles of the admin may change', async () => {
  await put({ id: 'bea', roles: ['admin'] });
  expect((await refusal(put({ id: 'bea', roles: ['reader'], if_match: '"1"' }))).code).toBe('conflict');
  expect((await refusal(deletePrincipal(world.platform, admin, { id: 'bea' }))).code).toBe('conflict');
  expect((await put({ id: 'bea', roles: ['admin', 'reader'], if_match: '"1"' })).roles).toEqual(['admin', 'reader']);
  await put({ id: 'cleo', roles: ['admin'] });
  await deletePrincipal(world.platform, admin, { id: 'bea' });
  expect(await adminsLeft()).toEqual(['cleo']);
});

it('lets one of two writers win who saw the same version', async () => {
  await put();
  const both = await Promise.allSettled([
    put({ roles: ['operator'], if_match: '"1"' }),
    put({ roles: ['submitter'], if_match: '"1"' }),
  ]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

it('is gone when disabled, and lists and finds do not show it', async () => {
  await put();
  await deletePrincipal(world.platform, admin, { id: 'pat' });
  expect((await refusal(getPrincipal(world.platform, admin, { id: 'pat' }))).code).toBe('not_found');
  expect((await refusal(deletePrincipal(world.platform, admin, { id: 'pat' }))).code).toBe('not_found');
  expect(await listPrincipals(world.platform, admin, { limit: 10 })).toEqual([]);
});

it('lists by id, page by page, each with its keys', async () => {
  for (const id of ['c', 'a', 'b']) await put({ id });
  const { id } = await issueKey(world.platform, admin, { principal_id: 'b' });
  const page = await listPrincipals(world.platform, admin, { after: 'a', limit: 1 });
  expect(page).toMatchObject([{ id: 'b', keys: [{ id }] }]);
});

it('keeps names apart: Muster itself, agents, another kind', async () => {
  await put();
  expect((await refusal(put({ id: 'muster' }))).code).toBe('name_taken');
  expect((await refusal(put({ kind: 'service' }))).code).toBe('name_taken');
  await world.platform.db.transaction('agent', (tx) =>
    writePrincipal(tx, { id: 'bot', kind: 'agent', name: 'bot', roles: ['worker'], owner_id: 'pat', actor: 'ada' }),
  );
  expect((await refusal(put({ id: 'bot' }))).code).toBe('name_taken');
  expect((await refusal(deletePrincipal(world.platform, admin, { id: 'bot' }))).code).toBe('conflict');
});

it('does not let an admin cut off the branch they sit on', async () => {
  await put({ id: 'ada', roles: ['admin'] });
  expect((await refusal(put({ id: 'ada', roles: ['reader'], if_match: '"1"' }))).code).toBe('conflict');
  expect((await refusal(deletePrincipal(world.platform, admin, { id: 'ada' }))).code).toBe('conflict');
});

it('takes for an owner only who exists and has no owner', async () => {
  await put({ id: 'boss' });
  await put({ id: 'gone' });
  await deletePrincipal(world.platform, admin, { id: 'gone' });
  await put({ id: 'tool', kind: 'service', owner_id: 'boss' });
  await put({ id: 'free', kind: 'service' });
  const owners = ['nobody', 'gone', 'tool', 'own'];
  for (const owner_id of owners) {
    const { code, facts } = await refusal(put({ id: 'own', kind: 'service', owner_id }));
    expect([code, facts.errors?.[0]?.pointer]).toEqual(['invalid', '/owner_id']);
  }
  const owned = await refusal(put({ id: 'boss', owner_id: 'free', if_match: '"1"' }));
  expect(owned.facts.errors?.[0]?.message).toContain('owns others');
});

it('disables for other rooms', async () => {
  await put();
  await world.platform.db.transaction('retire', (tx) => disablePrincipal(tx, { id: 'pat', actor: 'ada' }));
  expect((await findPrincipal(world.platform.db.read, { id: 'pat' }))?.disabled_at).toEqual(world.clock.now());
});

it('finds approvers, and principals by their ids', async () => {
  await put({ id: 'yes', roles: ['approver', 'reader'] });
  await put({ id: 'also', kind: 'service', roles: ['approver'], owner_id: 'yes' });
  await put({ id: 'not', roles: ['reader'] });
  await put({ id: 'former', roles: ['approver'] });
  await deletePrincipal(world.platform, admin, { id: 'former' });
  expect(await approvers(world.platform.db.read, {})).toEqual([
    { id: 'also', kind: 'service', roles: ['approver'], owner_id: 'yes' },
    { id: 'yes', kind: 'person', roles: ['approver', 'reader'], owner_id: null },
  ]);
  const found = await principalsByIds(world.platform.db.read, ['yes', 'nobody', 'also']);
  expect(found.map(({ id }) => id)).toEqual(['also', 'yes']);
  expect(await principalsByIds(world.platform.db.read, [])).toEqual([]);
});

it('takes what it owns along when it is deleted: nothing calls for an owner who is gone', async () => {
  const { platform } = world;
  await put();
  await put({ id: 'robot', kind: 'service', owner_id: 'pat' });
  const { key } = await issueKey(platform, admin, { principal_id: 'robot' });
  const call = () => authenticate(platform, `Bearer ${key}`);
  expect(await call()).toMatchObject({ id: 'robot', owner_id: 'pat' });
  await deletePrincipal(platform, admin, { id: 'pat', if_match: '"1"' });
  expect((await refusal(call())).code).toBe('unauthenticated');
});
