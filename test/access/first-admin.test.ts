/** The first admin and the key that opens the door. */
import { afterEach, expect, it } from 'vitest';
import { authenticate } from '../../shared/access/authenticate.ts';
import { ensureAdmin } from '../../shared/access/first-admin.ts';
import { deleteKey, issueKey } from '../../shared/access/keys.ts';
import { getPrincipal } from '../../shared/access/principals.ts';
import { openWorld, type World } from '../world.ts';
import { admin, refusal } from './an-admin.ts';

const keyOf = (id: string, letter: string) => `mk.${id}.${letter.repeat(43)}`;

let world: World | undefined;
afterEach(() => world?.close());

const opened = async (key?: string): Promise<World> =>
  (world = await openWorld(key === undefined ? {} : { MUSTER_ADMIN_KEY: key }));
const who = (at: World, key: string) => authenticate(at.platform, `Bearer ${key}`);

/** The same world after a restart with another setting. */
const restart = (at: World, MUSTER_ADMIN_KEY: string) =>
  ensureAdmin({ ...at.platform, config: { ...at.platform.config, MUSTER_ADMIN_KEY } });

it('shows a key at the first start, and never again', async () => {
  const at = await opened();
  const key = await ensureAdmin(at.platform);
  expect(await who(at, key ?? '')).toMatchObject({
    id: 'admin',
    kind: 'person',
    roles: expect.arrayContaining(['admin']),
  });
  expect(await ensureAdmin(at.platform)).toBeUndefined();
});

it('takes the key of the setting, and shows nothing', async () => {
  const at = await opened(keyOf('root', 'a'));
  expect(await ensureAdmin(at.platform)).toBeUndefined();
  expect(await who(at, keyOf('root', 'a'))).toMatchObject({ id: 'admin' });
  const { version } = await getPrincipal(at.platform, admin, { id: 'admin' });
  await ensureAdmin(at.platform);
  expect((await getPrincipal(at.platform, admin, { id: 'admin' })).version).toBe(version);
});

it.each([
  ['another id', keyOf('next', 'b')],
  ['the same id', keyOf('root', 'b')],
])('ends the old key when the setting changes to one with %s', async (_, next) => {
  const at = await opened(keyOf('root', 'a'));
  await ensureAdmin(at.platform);
  await restart(at, next);
  expect(await who(at, next)).toMatchObject({ id: 'admin' });
  expect((await refusal(who(at, keyOf('root', 'a')))).code).toBe('unauthenticated');
});

it('does not bring a deleted key back when it still stands in the setting', async () => {
  const leaked = keyOf('root', 'a');
  const at = await opened(leaked);
  await ensureAdmin(at.platform);
  const { key } = await issueKey(at.platform, admin, { principal_id: 'admin' });
  await deleteKey(at.platform, admin, { principal_id: 'admin', key_id: 'root' });
  await restart(at, leaked);
  expect((await refusal(who(at, leaked))).code).toBe('unauthenticated');
  expect(await who(at, key)).toMatchObject({ id: 'admin' });
});

it.each([
  ['', { WEBSITE_INSTANCE_ID: 'i' }],
  [' on Flex Consumption', { WEBSITE_SITE_NAME: 'func-muster' }],
])(
  'is not made on Azure%s without a key of the setting: an app role makes one, and nothing is shown',
  async (_, azure) => {
    const at = await opened();
    const onAzure = (settings: object) =>
      ensureAdmin({ ...at.platform, config: { ...at.platform.config, ...azure, ...settings } });
    expect(await onAzure({})).toBeUndefined();
    expect((await refusal(getPrincipal(at.platform, admin, { id: 'admin' }))).code).toBe('not_found');
    expect(await onAzure({ MUSTER_ADMIN_KEY: keyOf('root', 'a') })).toBeUndefined();
    expect(await who(at, keyOf('root', 'a'))).toMatchObject({ id: 'admin' });
  },
);

it('keeps the last key of whoever calls', async () => {
  const at = await opened(keyOf('root', 'a'));
  await ensureAdmin(at.platform);
  const gone = deleteKey(at.platform, { ...admin, id: 'admin' }, { principal_id: 'admin', key_id: 'root' });
  expect((await refusal(gone)).code).toBe('conflict');
});
