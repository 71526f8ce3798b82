/** Keys: issued once, compared by hash, two at most, gone when deleted. */
import { CompiledQuery } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authenticate } from '../../shared/access/authenticate.ts';
import { deleteKey, issueKey, keyParts } from '../../shared/access/keys.ts';
import { deletePrincipal, getPrincipal, putPrincipal } from '../../shared/access/principals.ts';
import { Refusal } from '../../shared/outcomes.ts';
import { openWorld, type World } from '../world.ts';
import { admin, refusal } from './an-admin.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
  await putPrincipal(world.platform, admin, { id: 'pat', kind: 'service', roles: ['reader'] });
});
afterEach(() => world.close());

const issue = () => issueKey(world.platform, admin, { principal_id: 'pat' });
const who = (authorization: string) => authenticate(world.platform, authorization);
it('knows the caller of a key', async () => {
  const { id, key } = await issue();
  expect(key).toMatch(/^mk\.key_[0-9a-z]{26}\.[A-Za-z0-9_-]{43}$/);
  expect(keyParts(key)?.id).toBe(id);
  expect(await who(`Bearer ${key}`)).toEqual({ id: 'pat', kind: 'service', roles: ['reader'], owner_id: null });
  expect(await who(`bearer  ${key}  `)).toMatchObject({ id: 'pat' });
});

it('keeps no secret', async () => {
  const { key } = await issue();
  const dump = await world.platform.db.read.run(CompiledQuery.raw('SELECT * FROM access_keys'));
  expect(JSON.stringify(dump)).not.toContain(keyParts(key)?.secret);
});

describe('refuses in the same words', () => {
  it.each([
    ['nothing', () => ''],
    ['another scheme', (key: string) => `Basic ${key}`],
    ['no scheme', (key: string) => key],
    ['a key cut short', (key: string) => `Bearer ${key.slice(0, -1)}`],
    ['a key with more', (key: string) => `Bearer ${key}A`],
    ['two keys', (key: string) => `Bearer ${key} ${key}`],
    ['another secret', (key: string) => `Bearer ${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`],
    ['an unknown id', (key: string) => `Bearer ${key.replace('.key_', '.key_0')}`],
    ['SQL for an id', (key: string) => `Bearer mk.' or 1=1 --.${key.slice(-43)}`],
    ['a JSON Web Token', () => 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.'],
  ])('%s', async (_, header) => {
    const { key } = await issue();
    const refused = await refusal(who(header(key)));
    expect([refused.code, refused.message]).toEqual(['unauthenticated', new Refusal('unauthenticated').message]);
  });

  it('a deleted key', async () => {
    const { id, key } = await issue();
    await deleteKey(world.platform, admin, { principal_id: 'pat', key_id: id });
    expect((await refusal(who(`Bearer ${key}`))).code).toBe('unauthenticated');
  });

  it('a key of a disabled principal, also after it is enabled again', async () => {
    const { key } = await issue();
    await deletePrincipal(world.platform, admin, { id: 'pat' });
    expect((await refusal(who(`Bearer ${key}`))).code).toBe('unauthenticated');
    await putPrincipal(world.platform, admin, { id: 'pat', kind: 'service', roles: ['reader'] });
    expect((await refusal(who(`Bearer ${key}`))).code).toBe('unauthenticated');
  });
});

it('lets two keys be valid while they rotate, and no third', async () => {
  const [first, second] = [await issue(), await issue()];
  expect((await refusal(issue())).code).toBe('key_limit');
  await deleteKey(world.platform, admin, { principal_id: 'pat', key_id: first.id });
  const third = await issue();
  const { keys } = await getPrincipal(world.platform, admin, { id: 'pat' });
  expect(keys.map(({ id }) => id)).toEqual([second.id, third.id].toSorted());
});

it('issues no more than two to many who ask at once', async () => {
  const asked = await Promise.allSettled(Array.from({ length: 10 }, issue));
  expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
});

it('refuses keys of nobody, and keys of others', async () => {
  const { id } = await issue();
  await putPrincipal(world.platform, admin, { id: 'sam', kind: 'service', roles: [] });
  expect((await refusal(issueKey(world.platform, admin, { principal_id: 'nobody' }))).code).toBe('not_found');
  expect((await refusal(deleteKey(world.platform, admin, { principal_id: 'sam', key_id: id }))).code).toBe('not_found');
});
