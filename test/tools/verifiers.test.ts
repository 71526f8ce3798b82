import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sealedValues } from '../../shared/access/sealed.ts';
import { streamEvents } from '../../shared/events/feed.ts';
import { deleteVerifier } from '../../shared/tools/delete-verifier.ts';
import { getVerifier, listVerifiers } from '../../shared/tools/read.ts';
import { allVerifiers } from '../../shared/tools/store/verifiers.ts';
import { RegisteredVerifier, secretPath } from '../../shared/tools/verifier.ts';
import { openWorld, type World } from '../world.ts';
import { admin, verifier } from './a-tool.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const remove = () => deleteVerifier(world.platform, admin, { name: 'audit' });
const bells = () => world.rung.splice(0).map(({ bell, id }) => `${bell} ${id}`);
const keptSecret = async () => {
  const [row] = await allVerifiers(world.platform.db.read, {});
  const [sealed] = await sealedValues(world.platform.db.read, [row?.secret_id ?? '']);
  return sealed === undefined ? undefined : world.platform.sealer.open(sealed, secretPath('audit'));
};

describe('registering a verifier', () => {
  it('makes a secret, shown this once and kept sealed', async () => {
    const answer = await verifier(world);
    expect(answer.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(await keptSecret()).toBe(answer.secret);
    expect(RegisteredVerifier.safeParse(RegisteredVerifier.encode(answer)).success).toBe(true);
    expect(JSON.stringify(await getVerifier(world.platform, admin, { name: 'audit' }))).not.toContain('secret');
    expect(bells()).toEqual(['wake verifier:audit']);
  });

  it('anew keeps the secret, and shows it no more', async () => {
    const { secret } = await verifier(world);
    expect(await verifier(world, { categories: ['data'] })).toMatchObject({
      version: 2,
      categories: ['data'],
      secret: null,
    });
    expect(await keptSecret()).toBe(secret);
  });

  it('the same again changes nothing', async () => {
    await verifier(world);
    expect(await verifier(world)).toMatchObject({ version: 1, secret: null });
  });

  it('after it was deleted makes a new secret', async () => {
    const { secret } = await verifier(world);
    await remove();
    const again = await verifier(world);
    expect(again.version).toBe(3);
    expect(again.secret).not.toBe(secret);
    expect(await keptSecret()).toBe(again.secret);
    const events = await streamEvents(world.platform.db.read, { stream: 'verifier:audit', after: 0, limit: 10 });
    expect(events.map(({ type }) => type)).toEqual(['registered', 'deleted', 'registered']);
    expect(JSON.stringify(events)).not.toContain('whsec_');
  });
});

describe('deleting a verifier', () => {
  it('wakes who waits for it', async () => {
    await verifier(world);
    bells();
    await remove();
    expect(bells()).toEqual(['wake verifier:audit']);
    await expect(getVerifier(world.platform, admin, { name: 'audit' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(remove()).rejects.toMatchObject({ code: 'not_found' });
  });
});

it('verifiers are listed by name, page by page', async () => {
  for (const name of ['b', 'a', 'c']) await verifier(world, { name });
  const page = async (after?: string) =>
    (await listVerifiers(world.platform, admin, { after, limit: 2 })).map(({ name }) => name);
  expect([await page(), await page('b')]).toEqual([['a', 'b'], ['c']]);
});
