/** Sealed values and seals under a key vault: the real SDK, real RSA and ECDSA, a vault on the loopback. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sealRecord } from '../../../shared/events/seal.ts';
import { checkRecord } from '../../../shared/insights/check-record.ts';
import { recordInDatabase } from '../../../shared/insights/record-source.ts';
import { readConfig } from '../../../shared/platform/config.ts';
import { readSqlite } from '../../../shared/platform/database/sqlite.ts';
import { openSigner } from '../../../shared/platform/open.ts';
import { Away } from '../../../shared/platform/away.ts';
import { dataKeys } from '../../../shared/platform/secrets/data-keys.ts';
import { isSignedBy, sealerWith, verifySignature, type Sealed } from '../../../shared/platform/secrets/seal.ts';
import { sealerUnder } from '../../../shared/platform/secrets/vault-sealer.ts';
import { openVault } from '../../../shared/platform/secrets/vault.ts';
import { putPrincipal } from '../../../shared/access/principals.ts';
import { admin } from '../../access/an-admin.ts';
import { seededRandom } from '../../world/random.ts';
import type { World } from '../../world.ts';
import { faultOf } from '../fault-of.ts';
import type { Tokens } from './a-token-endpoint.ts';
import { openVaultServer, type Vault } from './a-vault.ts';
import { openVaultWorld } from './a-vault-world.ts';
import { openIdentity } from './an-identity.ts';

let tokens: Tokens;
let vault: Vault;
let world: World;
let firstVersion: string;

beforeAll(async () => {
  tokens = await openIdentity();
});
afterAll(() => tokens.close());

beforeEach(async () => {
  vault = await openVaultServer(tokens);
  firstVersion = vault.keys.rotate('muster-data', 'RSA');
  vault.keys.rotate('muster-seal', 'EC');
  world = await openVaultWorld(vault);
});
afterEach(async () => {
  await world.close();
  await vault.close();
});

const sealer = () => world.platform.sealer;
const rows = () => dataKeys(world.platform.db.read, {});
const asked = (operation: string) => vault.lines().filter((line) => line.endsWith(`/${operation}`)).length;
const opened = (sealed: Sealed, by = sealer()) => by.open(sealed, 'input.token');

/** Another process on the same database, which starts with nothing in memory. */
const anotherProcess = (settings: Record<string, string> = {}) => {
  const config = { ...world.platform.config, ...settings };
  const { clock, db, log } = world.platform;
  const opening = openVault({ config, url: vault.url, clock, reach: vault.reach });
  return sealerUnder({ config, clock, db, log, random: seededRandom(2), vault: opening });
};

describe('a sealed value', () => {
  it('is sealed by a data key that the vault has wrapped, and that is nowhere else', async () => {
    const sealed = await sealer().seal('geheim', 'input.token');
    expect(await opened(sealed)).toBe('geheim');
    expect(await rows()).toMatchObject([{ number: 1, id: sealed.key_id, wrapped_by: firstVersion }]);
    const wrapped = vault.asked.find(({ line, body }) => line.endsWith('/wrapkey') && body !== undefined)?.body;
    expect(wrapped?.['alg']).toBe('RSA-OAEP-256');
    expect(JSON.stringify(await rows())).not.toContain(
      Buffer.from(wrapped?.['value'] ?? '', 'base64url').toString('base64'),
    );
    expect(JSON.stringify(world.logged)).not.toContain(wrapped?.['value']);
  });

  it('opens at its place alone, and only whole', async () => {
    const sealed = await sealer().seal('geheim', 'input.token');
    await expect(sealer().open(sealed, 'input.other')).rejects.toThrow('authenticate');
    await expect(opened({ ...sealed, key_id: '0123456789abcdef' })).rejects.toThrow('not among the data keys');
  });

  it('opens in another process, which asks the vault once', async () => {
    const sealed = await sealer().seal('geheim', 'input.token');
    const other = anotherProcess();
    const before = asked('unwrapkey');
    expect(await Promise.all([opened(sealed, other), opened(sealed, other)])).toEqual(['geheim', 'geheim']);
    await opened(sealed, other);
    expect(asked('unwrapkey') - before).toBe(1);
  });

  it('is sealed by one key though two processes make the first one at once', async () => {
    const [one, two] = await Promise.all(
      [sealer(), anotherProcess()].map((each) => each.seal('geheim', 'input.token')),
    );
    expect(one?.key_id).toBe(two?.key_id);
    expect(await rows()).toHaveLength(1);
  });

  it('opens while the vault is away, once its key is open; one whose key is not waits', async () => {
    const sealed = await sealer().seal('geheim', 'input.token');
    vault.fail({ status: 503 }, 3);
    expect(await opened(sealed)).toBe('geheim');
    const other = anotherProcess();
    expect(await faultOf(opened(sealed, other))).toBeInstanceOf(Away);
    expect(await opened(sealed, other)).toBe('geheim');
  });

  it('does not open when somebody put another data key in the place of its own', async () => {
    const sealed = await sealer().seal('geheim', 'input.token');
    const [row] = await rows();
    const { wrapped } = await vaultWrapped(new Uint8Array(32));
    await world.platform.db.transaction('forge', (tx) =>
      tx.run(
        tx.builder
          .updateTable('data_keys' as never)
          .set({ wrapped } as never)
          .where('id' as never, '=', row?.id as never)
          .compile(),
      ),
    );
    await expect(opened(sealed, anotherProcess())).rejects.toThrow('was replaced by another one');
  });
});

/** What the vault makes of a key, for forging. */
const vaultWrapped = async (key: Uint8Array) => {
  const { wrap } = await import('../../../shared/platform/secrets/wrapping.ts');
  const { config, clock } = world.platform;
  const opening = openVault({ config, url: vault.url, clock, reach: vault.reach });
  return { wrapped: await wrap(opening, firstVersion, key) };
};

describe('a rotation of the wrapping key', () => {
  it('wraps data keys anew, seals with a new one, and opens what the old ones sealed', async () => {
    const old = await sealer().seal('old', 'input.token');
    const hash = await sealer().mac('text');
    const version = vault.keys.rotate('muster-data', 'RSA');
    expect(await sealer().rotate()).toBe(1);
    expect((await rows()).map(({ number, wrapped_by }) => [number, wrapped_by])).toEqual([
      [1, version],
      [2, version],
    ]);
    const fresh = await sealer().seal('new', 'input.token');
    expect(fresh.key_id).not.toBe(old.key_id);
    vault.keys.change('muster-data', firstVersion, { enabled: false }); // nothing needs it any more
    const other = anotherProcess();
    expect([await opened(old, other), await opened(fresh, other)]).toEqual(['old', 'new']);
    expect(await other.mac('text')).toBe(hash);
  });

  it('that has not happened changes nothing', async () => {
    await sealer().seal('old', 'input.token');
    const before = await rows();
    expect(await sealer().rotate()).toBe(0);
    expect(await rows()).toEqual(before);
  });

  it('is done once where two processes do it', async () => {
    await sealer().seal('old', 'input.token');
    vault.keys.rotate('muster-data', 'RSA');
    await Promise.all([sealer().rotate(), anotherProcess().rotate()]);
    expect(await rows()).toHaveLength(2);
  });

  it('reaches other processes within minutes, and what they are given at once', async () => {
    const other = anotherProcess();
    const old = await other.seal('old', 'input.token');
    vault.keys.rotate('muster-data', 'RSA');
    await sealer().rotate();
    const fresh = await sealer().seal('new', 'input.token');
    expect((await other.seal('more', 'input.token')).key_id).toBe(old.key_id);
    expect(await opened(fresh, other)).toBe('new');
    await world.advance(300);
    expect((await other.seal('more', 'input.token')).key_id).toBe(fresh.key_id);
  });

  it('opens what an expired version has wrapped', async () => {
    const sealed = await sealer().seal('geheim', 'input.token');
    vault.keys.change('muster-data', firstVersion, { exp: new Date('2026-01-02') });
    expect(await opened(sealed, anotherProcess())).toBe('geheim');
  });

  it('that deleted the old version too early says what to do', async () => {
    const sealed = await sealer().seal('geheim', 'input.token');
    vault.keys.delete('muster-data');
    await expect(opened(sealed, anotherProcess())).rejects.toThrow(/no key muster-data version .*recover it/);
    await expect(anotherProcess().rotate()).rejects.toThrow(/no key muster-data; create it/);
  });
});

describe('what was sealed before there was a vault', () => {
  const key = Buffer.alloc(32, 7);
  const MUSTER_DATA_KEY = key.toString('base64');

  it('opens, also when the setting is gone: the key became the first data key', async () => {
    const before = sealerWith(key, seededRandom(3));
    const sealed = await before.seal('old', 'input.token');
    const changing = anotherProcess({ MUSTER_DATA_KEY });
    expect(await opened(sealed, changing)).toBe('old');
    expect(await changing.mac('text')).toBe(await before.mac('text'));
    expect((await changing.seal('new', 'input.token')).key_id).not.toBe(sealed.key_id);
    expect(await opened(sealed, anotherProcess())).toBe('old');
  });

  it('its seals verify as long as the key is there', async () => {
    const signed = await sealerWith(key, seededRandom(3)).sign('text');
    expect(await anotherProcess({ MUSTER_DATA_KEY }).verify('text', signed)).toBe(true);
    expect(await anotherProcess().verify('text', signed)).toBe(false);
  });
});

describe('a seal of the record', () => {
  it('is signed by the vault’s key, and verified with the public key alone', async () => {
    const signed = await sealer().sign('the heads of all streams');
    const [{ key_id, public_key }] = await sealer().publicKeys();
    expect(signed.key_id).toBe(key_id);
    expect(verifySignature(public_key, 'the heads of all streams', signed.signature)).toBe(true);
    expect(verifySignature(public_key, 'the heads of some streams', signed.signature)).toBe(false);
    expect(await sealer().verify('the heads of all streams', signed)).toBe(true);
    expect(await sealer().verify('the heads of some streams', signed)).toBe(false);
  });

  it('of an earlier version of the key still verifies, one of an unknown key does not', async () => {
    const old = await sealer().sign('text');
    await sealer().publicKeys();
    vault.keys.rotate('muster-seal', 'EC');
    const signed = await sealer().sign('text');
    expect(signed.key_id).not.toBe(old.key_id);
    await world.advance(10);
    expect(await sealer().verify('text', signed)).toBe(true);
    expect(await sealer().verify('text', old)).toBe(true);
    expect((await sealer().publicKeys()).map(({ key_id }) => key_id)).toEqual([signed.key_id, old.key_id]);
    const forged = await sealerWith(new Uint8Array(32), seededRandom(1)).sign('text');
    expect(await sealer().verify('text', forged)).toBe(false);
    expect(isSignedBy(await sealer().publicKeys(), 'text', { ...forged, key_id: signed.key_id })).toBe(false);
  });

  it('is in the record, which is whole', async () => {
    await putPrincipal(world.platform, admin, { id: 'pat', kind: 'person', roles: [] });
    await sealRecord(world.platform);
    const source = recordInDatabase(world.platform.db.read, sealer());
    expect(await checkRecord(source)).toEqual({ events: 1, streams: 1, seals: 1, bad: null });
    vault.keys.delete('muster-seal');
    vault.keys.rotate('muster-seal', 'EC');
    await world.advance(300);
    expect((await checkRecord(source)).bad?.what).toBe('its signature is not by the key that was given');
  });

  it('verifies from the file alone, with the vault', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'muster-vault-'));
    const settings = { MUSTER_DATA: folder, AZURE_KEY_VAULT_URL: vault.url, ...tokens.environment };
    const server = await openVaultWorld(vault, settings);
    await putPrincipal(server.platform, admin, { id: 'pat', kind: 'person', roles: [] });
    await sealRecord(server.platform);
    await server.close();
    expect(readdirSync(folder)).not.toContain('key');
    const config = readConfig(settings);
    const signer = await openSigner(config, { reach: vault.reach });
    const report = await checkRecord(recordInDatabase(readSqlite(folder, config), signer));
    expect(report).toMatchObject({ seals: 1, bad: null });
    rmSync(folder, { recursive: true });
  });

  it('is not made by a key of another kind, nor without one', async () => {
    vault.keys.delete('muster-seal');
    await expect(sealer().sign('text')).rejects.toThrow('Key Vault has no key muster-seal; create it');
    await expect(sealer().publicKeys()).rejects.toThrow('Key Vault has no key muster-seal; create it');
    for (const kind of ['RSA', 'P-384'] as const) {
      vault.keys.rotate('muster-seal', kind);
      await expect(sealer().sign('text')).rejects.toThrow('not an elliptic curve key on P-256');
    }
  });
});

describe('the check', () => {
  it('wraps, unwraps, signs and verifies, and stores nothing', async () => {
    expect(await sealer().check()).toMatch(
      /^data keys are wrapped by muster-data 9{32}; seals are signed by muster-seal, public key [0-9a-f]{16}$/,
    );
    expect(await rows()).toEqual([]);
  });

  it('says which permission is missing', async () => {
    vault.fail({ status: 403, body: { error: { code: 'Forbidden', message: 'no get' } } });
    expect((await faultOf(sealer().check())).message).toContain('(the key muster-data): 403 Forbidden no get');
  });
});
