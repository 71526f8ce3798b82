/** What the doctor says of a key vault. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { examine } from '../../../local/doctor/examine.ts';
import type { Tokens } from './a-token-endpoint.ts';
import { openVaultServer, type Vault } from './a-vault.ts';
import { openIdentity } from './an-identity.ts';

let tokens: Tokens;
let vault: Vault;
beforeAll(async () => {
  tokens = await openIdentity();
});
afterAll(() => tokens.close());
beforeEach(async () => {
  vault = await openVaultServer(tokens);
});
afterEach(() => vault.close());

const findings = async () => {
  const settings = { MUSTER_DATA: ':memory:', AZURE_KEY_VAULT_URL: vault.url, ...tokens.environment };
  const report = await examine(settings, { reach: vault.reach });
  return Object.fromEntries(report.findings.map((finding) => [finding.name, finding]));
};

it('a vault with its secrets and keys is well', async () => {
  vault.secrets.put('linter-key', 'canary-1c4f');
  vault.keys.rotate('muster-data', 'RSA');
  vault.keys.rotate('muster-seal', 'EC');
  const found = await findings();
  expect(found['secrets']).toMatchObject({ verdict: 'ok', says: '1 can be listed and read' });
  expect(found['keys']).toMatchObject({ verdict: 'ok', says: expect.stringContaining('muster-seal') });
  expect(JSON.stringify(found)).not.toContain('canary');
});

it('one without its keys is wrong, and says which to make', async () => {
  const { keys } = await findings();
  expect(keys).toMatchObject({
    verdict: 'wrong',
    says: expect.stringContaining('no key muster-data; create it'),
    mend: expect.stringContaining('docs/key-vault.md'),
  });
});

it('one that does not let this identity read is wrong, and says which role', async () => {
  vault.fail({ status: 403, body: { error: { code: 'Forbidden', message: 'no' } } }, 9);
  const found = await findings();
  expect(found['secrets']).toMatchObject({
    verdict: 'wrong',
    says: expect.stringContaining('403 Forbidden'),
    mend: expect.stringContaining('Key Vault Secrets User'),
  });
  expect(found['keys']).toMatchObject({ verdict: 'wrong', says: expect.stringContaining('403 Forbidden') });
});

it('one that is away is wrong', async () => {
  vault.fail({ status: 503 }, 9);
  expect((await findings())['secrets']).toMatchObject({
    verdict: 'wrong',
    says: expect.stringContaining('does not answer'),
  });
});
