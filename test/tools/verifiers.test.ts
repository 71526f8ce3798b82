import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sealedValues } from '../../shared/access/sealed.ts';
import { streamEvents } from '../../shared/events/feed.ts';
import { deleteVerifier } from '../../shared/tools/delete-verifier.ts';
import { getVerifier, listVerifiers } from '../../shared/tools/read.ts';
import { allVerifiers } from '../../shared/tools/store/verifiers.ts';
import { RegisteredVerifier, RegisterVerifier, secretPath } from '../../shared/tools/verifier.ts';
import { moved, registered } from '../readiness/a-fleet.ts';
import { openWorld, type World } from '../world.ts';
import { admin, verifier, verifyingAgent } from './a-tool.ts';

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

describe('a verifier that is an agent', () => {
  it('is registered without a secret of its own', async () => {
    await registered(world, 'auditor');
    bells();
    const answer = await verifyingAgent(world, 'auditor', { categories: ['data'] });
    expect(answer).toMatchObject({ url: null, agent_id: 'auditor', categories: ['data'], secret: null, version: 1 });
    expect(RegisteredVerifier.safeParse(RegisteredVerifier.encode(answer)).success).toBe(true);
    expect(bells()).toEqual(['wake verifier:audit']);
    expect(await verifyingAgent(world, 'auditor', { categories: ['data'] })).toMatchObject({ version: 1 });
  });

  it('must be there and not retired', async () => {
    const errors = [{ pointer: '/agent_id', message: 'there is no agent auditor in service; register it first' }];
    const refused = { code: 'invalid', facts: { errors } };
    await expect(verifyingAgent(world, 'auditor')).rejects.toMatchObject(refused);
    await registered(world, 'auditor');
    await moved(world, 'auditor', 'retired');
    await expect(verifyingAgent(world, 'auditor')).rejects.toMatchObject(refused);
    expect(await allVerifiers(world.platform.db.read, {})).toEqual([]);
  });

  it.each([
    ['neither', {}],
    ['both', { url: 'https://audit.example/', agent_id: 'auditor' }],
  ])('has a URL or an agent, not %s', (_, facts) => {
    const parsed = RegisterVerifier.safeParse({ name: 'audit', ...facts });
    expect(parsed.error?.issues).toMatchObject([{ path: ['url'], message: 'give either url or agent_id' }]);
  });

  it('can get a URL instead, with a secret, and become an agent again', async () => {
    await registered(world, 'auditor');
    await verifyingAgent(world, 'auditor');
    const { secret } = await verifier(world);
    expect(await keptSecret()).toBe(secret);
    await verifyingAgent(world, 'auditor');
    expect(await keptSecret()).toBeUndefined();
    expect((await verifier(world)).secret).not.toBe(secret);
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
