/** Secrets from Key Vault: the real SDK against a vault on the loopback that speaks its protocol, challenge included. */
import { AuthenticationError } from '@azure/identity';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Away } from '../../../shared/platform/away.ts';
import { readConfig } from '../../../shared/platform/config.ts';
import type { Secrets } from '../../../shared/platform/secrets/secrets.ts';
import { openVault } from '../../../shared/platform/secrets/vault.ts';
import { secretsInVault } from '../../../shared/platform/secrets/vault-secrets.ts';
import { openLog } from '../../../shared/platform/telemetry/log.ts';
import { handClock, type HandClock } from '../../world/clock.ts';
import { faultOf } from '../fault-of.ts';
import type { Tokens } from './a-token-endpoint.ts';
import { openVaultServer, type Vault } from './a-vault.ts';
import { openIdentity } from './an-identity.ts';

const start = new Date('2026-03-01T12:00:00.000Z');
const later = (seconds: number) => new Date(start.getTime() + seconds * 1000);
const versionsOf = (name: string) => `GET /secrets/${name}/versions`;

let tokens: Tokens;
let vault: Vault;
let clock: HandClock;
let logged: Record<string, unknown>[];
let secrets: Secrets;

beforeAll(async () => {
  tokens = await openIdentity();
});
afterAll(() => tokens.close());

beforeEach(async () => {
  vault = await openVaultServer(tokens);
  clock = handClock(start);
  logged = [];
  secrets = opened();
});
afterEach(async () => {
  tokens.status = 200;
  await vault.close();
});

function opened({ url = vault.url, identity = 'the-identity', reach = vault.reach } = {}): Secrets {
  const { IDENTITY_ENDPOINT } = tokens.environment;
  const config = readConfig({ IDENTITY_ENDPOINT, AZURE_CLIENT_ID: identity, AZURE_KEY_VAULT_URL: url });
  const log = openLog('debug', (line) => logged.push(JSON.parse(line)));
  return secretsInVault(openVault({ config, url, clock, reach }), { clock, log });
}

/** Lets the time limit of a call pass that hangs somewhere: once it has come as far as that. */
async function tooLate(work: Promise<unknown>, hangs: () => boolean): Promise<Error> {
  const fault = faultOf(work);
  await vi.waitUntil(hangs);
  await clock.advance(10);
  return fault;
}

describe('a secret', () => {
  it('is read with a token of the managed identity for the resource that the challenge names', async () => {
    vault.secrets.put('linter-key', 'one');
    expect(await secrets.get('Linter_Key')).toEqual({ value: 'one', expires_at: null, previous: null });
    expect(vault.asked[0]).toMatchObject({ line: versionsOf('linter-key'), authorization: undefined });
    expect(tokens.asked.map((query) => query.get('resource'))).toEqual(['https://vault.test']);
    expect(tokens.asked[0]?.get('client_id')).toBe('the-identity');
    expect(vault.lines()).toEqual([versionsOf('linter-key'), `GET /secrets/linter-key/${'9'.repeat(32)}`]);
  });

  it('that is not there is undefined, in words where it belongs', async () => {
    expect(await secrets.get('other.key')).toBeUndefined();
    expect(secrets.place('other.key')).toBe('the key vault as other-key');
  });

  it('comes with the version before it, while both are valid', async () => {
    for (const value of ['one', 'two', 'three', 'four', 'five']) vault.secrets.put('hook', value);
    expect(await secrets.get('hook')).toMatchObject({ value: 'five', previous: 'four' });
  });

  it('is none of its disabled versions', async () => {
    vault.secrets.put('hook', 'one');
    vault.secrets.put('hook', 'two', { enabled: false });
    expect(await secrets.get('hook')).toMatchObject({ value: 'one', previous: null });
    vault.secrets.put('off', 'one', { enabled: false });
    expect(await secrets.get('off')).toBeUndefined();
    expect(vault.lines().filter((line) => line.includes('/off/'))).toEqual([versionsOf('off')]);
  });

  it('that has not begun does not count, and one that is over is not kept beside the new one', async () => {
    vault.secrets.put('hook', 'over', { exp: later(-1) });
    vault.secrets.put('hook', 'now', { exp: later(3600) });
    vault.secrets.put('hook', 'soon', { nbf: later(3600) });
    expect(await secrets.get('hook')).toEqual({ value: 'now', expires_at: later(3600), previous: null });
  });

  it('whose versions are all over is told with its end, so that readiness can say so', async () => {
    vault.secrets.put('hook', 'one', { exp: later(-60) });
    vault.secrets.put('hook', 'two', { exp: later(-30) });
    expect(await secrets.get('hook')).toEqual({ value: 'two', expires_at: later(-30), previous: null });
  });
});

describe('the cache', () => {
  it('asks once for those who ask at once, and again after five minutes', async () => {
    vault.secrets.put('hook', 'one');
    await Promise.all([secrets.get('hook'), secrets.get('hook')]);
    await clock.advance(299);
    await secrets.get('hook');
    expect(vault.lines()).toHaveLength(2);
    vault.secrets.put('hook', 'two');
    await clock.advance(1);
    expect(await secrets.get('hook')).toMatchObject({ value: 'two', previous: 'one' });
  });

  it('notices sooner what was not there', async () => {
    expect(await secrets.get('hook')).toBeUndefined();
    vault.secrets.put('hook', 'one');
    await clock.advance(29);
    expect(await secrets.get('hook')).toBeUndefined();
    await clock.advance(1);
    expect(await secrets.get('hook')).toMatchObject({ value: 'one' });
  });
});

describe('a vault that is throttled', () => {
  it.each([
    [429, 'Retry-After', '0'],
    [503, 'Retry-After', '0'],
    [500, 'x-nothing', ''],
  ])('is asked again after %i with %s: %s', async (status, name, value) => {
    vault.secrets.put('hook', 'one');
    vault.fail({ status, headers: { [name]: value } }, 2);
    expect(await secrets.get('hook')).toMatchObject({ value: 'one' });
    expect(vault.lines().filter((line) => line === versionsOf('hook'))).toHaveLength(3);
  });

  it('is not asked for ever', async () => {
    vault.fail({ status: 429, headers: { 'Retry-After': '0' } }, 3);
    const fault = await faultOf(secrets.get('hook'));
    expect(fault).toBeInstanceOf(Away);
    expect(fault.message).toBe('Key Vault does not answer (the versions of the secret hook): 429');
    expect(vault.lines()).toHaveLength(3);
  });

  it('is not waited for longer than the limit, whatever it says', async () => {
    vault.fail({ status: 429, headers: { 'Retry-After': '3600' } });
    const fault = await tooLate(secrets.get('hook'), () => vault.lines().length > 0);
    expect(fault.message).toContain('took too long');
  });
});

describe('a vault that is away', () => {
  it('leaves what was read before, and says so in the log and for health, until it answers', async () => {
    vault.secrets.put('hook', 'one');
    await secrets.get('hook');
    vault.fail({ status: 503 }, 3);
    await clock.advance(300);
    expect(await secrets.get('hook')).toMatchObject({ value: 'one' });
    expect(secrets.awaySince()).toEqual(later(300));
    expect(logged.map(({ level, msg }) => [level, msg])).toEqual([
      ['warn', 'secrets that were read before are served'],
    ]);
    await clock.advance(15);
    expect(await secrets.get('hook')).toMatchObject({ value: 'one' });
    expect(secrets.awaySince()).toBeNull();
    expect(logged.at(-1)?.['msg']).toBe('the keeper of secrets answers again');
  });

  it('is left alone for a while, so that nobody waits for it each time', async () => {
    vault.fail({ status: 503 }, 3);
    expect(await faultOf(secrets.get('hook'))).toBeInstanceOf(Away);
    expect(await faultOf(secrets.get('other'))).toBeInstanceOf(Away);
    expect(vault.lines()).toHaveLength(3);
    await clock.advance(15);
    expect(await secrets.get('other')).toBeUndefined();
  });

  it('is away too when it accepts and never answers', async () => {
    vault.fail('nothing');
    const fault = await tooLate(secrets.get('hook'), () => vault.lines().length > 0);
    expect(fault).toBeInstanceOf(Away);
    expect(fault.message).toContain('took too long');
  });

  it('is away too when nothing listens', async () => {
    const nowhere = opened({ url: vault.url.replace(/\d+$/, '9') });
    const fault = await faultOf(nowhere.get('hook'));
    expect(fault).toBeInstanceOf(Away);
    expect(fault.message).toContain('ECONNREFUSED');
  });

  it('is away too when nobody gives tokens for it', async () => {
    tokens.status = 500;
    const before = tokens.asked.length;
    const other = opened({ identity: 'another-identity' }); // for which no token is kept
    const fault = await tooLate(other.get('hook'), () => tokens.asked.length > before);
    expect(fault).toBeInstanceOf(Away);
  });
});

describe('a vault that refuses', () => {
  it('is not served from the cache: who may not read any more does not read', async () => {
    vault.secrets.put('hook', 'one');
    await secrets.get('hook');
    await clock.advance(300);
    vault.fail({ status: 403, body: { error: { code: 'Forbidden', message: 'Caller is not authorized' } } });
    const fault = await faultOf(secrets.get('hook'));
    expect(fault).not.toBeInstanceOf(Away);
    expect(fault.message).toContain('Key Vault cannot be used (the versions of the secret hook): 403 Forbidden');
  });

  it('or a 404 of somebody before it, is not taken for a vault without that secret', async () => {
    vault.secrets.put('hook', 'one');
    vault.fail({ status: 404, body: { error: { code: 'ResourceNotFound', message: 'no such host' } } });
    const fault = await faultOf(secrets.get('hook'));
    expect(fault.message).toContain('(the versions of the secret hook): 404 ResourceNotFound');
  });

  it('or a 404 of who gives tokens, is not either', async () => {
    vault.secrets.put('hook', 'one');
    const policy = {
      name: 'no token',
      sendRequest: () => Promise.reject(new AuthenticationError(404, 'no such tenant')),
    };
    const reach = { ...vault.reach, additionalPolicies: [{ position: 'perRetry' as const, policy }] };
    expect((await faultOf(opened({ reach }).get('hook'))).message).toContain('(the versions of the secret hook): 404');
  });

  it('or whose challenge names another resource gets no token', async () => {
    vault.challenge.resource = 'https://elsewhere.example';
    const fault = await faultOf(secrets.get('hook'));
    expect(fault.message).toContain('does not match the requested domain');
    expect(vault.lines()).toEqual([]);
  });

  it('or that leads elsewhere is not followed', async () => {
    vault.fail({ status: 307, headers: { location: 'https://muster.vault.test:1/secrets/hook/versions' } });
    expect((await faultOf(secrets.get('hook'))).message).toContain('307');
    expect(vault.lines()).toHaveLength(1);
  });
});

it('a vault whose clients could not be made makes them at the next use', async () => {
  vault.secrets.put('hook', 'one');
  let made = 0;
  const reach = {
    get retryOptions() {
      made += 1;
      if (made === 1) throw new Error('not now');
      return vault.reach.retryOptions ?? {};
    },
    additionalPolicies: vault.reach.additionalPolicies ?? [],
  };
  const again = opened({ reach });
  expect((await faultOf(again.get('hook'))).message).toContain('not now');
  await clock.advance(30);
  expect(await again.get('hook')).toMatchObject({ value: 'one' });
});

describe('the check', () => {
  it('lists and reads', async () => {
    expect(await secrets.check()).toBe('the list of secrets can be read; it is empty');
    vault.secrets.put('off', 'one', { enabled: false });
    vault.secrets.put('on', 'one');
    expect(await secrets.check()).toBe('1 can be listed and read');
    vault.fail({ status: 403, body: { error: { code: 'Forbidden', message: 'no list' } } });
    expect((await faultOf(secrets.check())).message).toContain('the list of secrets): 403 Forbidden');
  });
});

it('values are in no line of the log', async () => {
  vault.secrets.put('hook', 'canary-5f2e');
  await secrets.get('hook');
  vault.fail({ status: 503 }, 3);
  await clock.advance(300);
  await secrets.get('hook');
  expect(logged).toHaveLength(1);
  expect(JSON.stringify(logged)).not.toContain('canary');
  expect(JSON.stringify(logged)).not.toContain(tokens.current);
});
