import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../../shared/platform/config.ts';
import { dataKey } from '../../shared/platform/secrets/data-key.ts';
import { sealerWith, verifySignature } from '../../shared/platform/secrets/seal.ts';
import { secretsFromSettings } from '../../shared/platform/secrets/secrets.ts';
import { seededRandom } from '../world/random.ts';

const keyOf = (byte: number) => new Uint8Array(32).fill(byte);
const sealer = sealerWith(keyOf(1), seededRandom(1));
const other = sealerWith(keyOf(2), seededRandom(2));

test('a sealed value opens at its place', async () => {
  const sealed = await sealer.seal('geheim ✓', 'job_1/input.token');
  expect(sealed.ciphertext).not.toContain('geheim');
  expect(await sealer.open(sealed, 'job_1/input.token')).toBe('geheim ✓');
  expect(await sealerWith(keyOf(1), seededRandom(9)).open(sealed, 'job_1/input.token')).toBe('geheim ✓');
});

test('a sealed value opens nowhere else', async () => {
  const sealed = await sealer.seal('x', 'job_1/input.token');
  await expect(sealer.open(sealed, 'job_2/input.token')).rejects.toThrow('authenticate');
  await expect(sealer.open(sealed, '')).rejects.toThrow('authenticate');
});

test('another key does not open it, and says which key it needs', async () => {
  const sealed = await sealer.seal('x', 'a');
  await expect(other.open(sealed, 'a')).rejects.toThrow(`sealed with key ${sealed.key_id}`);
  const { key_id } = await other.seal('y', 'a');
  await expect(other.open({ ...sealed, key_id }, 'a')).rejects.toThrow('authenticate');
});

test('a changed, cut or empty text does not open', async () => {
  const sealed = await sealer.seal('value', 'a');
  const bytes = Buffer.from(sealed.ciphertext, 'base64');
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    await expect(sealer.open({ ...sealed, ciphertext: changed.toString('base64') }, 'a')).rejects.toThrow(
      'authenticate',
    );
    const cut = bytes.subarray(0, at).toString('base64');
    await expect(sealer.open({ ...sealed, ciphertext: cut }, 'a')).rejects.toThrow(/authentic|initialization/);
  }
});

test('a shortened tag does not open, not even of an empty text', async () => {
  const sealed = await sealer.seal('', 'a');
  for (const tagBytes of [4, 8, 12, 15]) {
    const ciphertext = Buffer.from(sealed.ciphertext, 'base64')
      .subarray(0, 12 + tagBytes)
      .toString('base64');
    await expect(sealer.open({ ...sealed, ciphertext }, 'a')).rejects.toThrow('Invalid authentication tag length');
  }
});

test('the same text sealed twice looks different', async () => {
  expect((await sealer.seal('x', 'a')).ciphertext).not.toBe((await sealer.seal('x', 'a')).ciphertext);
});

test('a signature is verified with the public key alone', async () => {
  const [{ key_id, public_key }] = await sealer.publicKeys();
  const signed = await sealer.sign('the heads of all streams');
  expect(signed.key_id).toBe(key_id);
  expect(verifySignature(public_key, 'the heads of all streams', signed.signature)).toBe(true);
  expect(verifySignature(public_key, 'the heads of some streams', signed.signature)).toBe(false);
  expect(verifySignature((await other.publicKeys())[0].public_key, 'the heads of all streams', signed.signature)).toBe(
    false,
  );
  expect(verifySignature(public_key, 'the heads of all streams', '')).toBe(false);
});

test('the same data key signs the same way after a restart, and another key does not verify', async () => {
  const signed = await sealer.sign('text');
  expect(await sealerWith(keyOf(1), seededRandom(7)).verify('text', signed)).toBe(true);
  expect(await other.verify('text', signed)).toBe(false);
  expect(await other.verify('text', { ...signed, key_id: (await other.publicKeys())[0].key_id })).toBe(false);
});

test('neither key id nor public key gives away the data key', async () => {
  const [{ key_id, public_key }] = await sealer.publicKeys();
  expect(key_id).toMatch(/^[0-9a-f]{16}$/);
  expect(Buffer.from(public_key, 'base64').includes(Buffer.from(keyOf(1)))).toBe(false);
});

test('a secret is found by its name in any spelling', async () => {
  const secrets = secretsFromSettings(new Map([['api_key', 'one']]));
  expect(await secrets.get('API-Key')).toEqual({ value: 'one', expires_at: null, previous: null });
  expect(await secrets.get('other')).toBeUndefined();
});

test('the first key makes its folder, for its owner alone, where no database has made one', () => {
  const parent = mkdtempSync(join(tmpdir(), 'muster-key-'));
  const folder = join(parent, 'data');
  const config = readConfig({ MUSTER_DATA: folder, AZURE_SQL_SERVER: 'sql' });
  const key = dataKey(config, seededRandom(3));
  expect(dataKey(config, seededRandom(4))).toEqual(key);
  expect(existsSync(join(folder, 'key'))).toBe(true);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  rmSync(parent, { recursive: true });
});
