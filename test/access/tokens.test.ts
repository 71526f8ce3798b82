/** Tokens of Entra ID: real signatures by a tenant on the loopback, and what attackers make of them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authenticate } from '../../shared/access/authenticate.ts';
import { expectedOf } from '../../shared/access/tokens.ts';
import { Away } from '../../shared/platform/away.ts';
import { readConfig } from '../../shared/platform/config.ts';
import { rsaPair } from '../rsa-pairs.ts';
import { openWorld, type World } from '../world.ts';
import { refusal } from './an-admin.ts';
import {
  anApp,
  app,
  audience,
  compact,
  hs256,
  openIssuer,
  person,
  rs256,
  tenant,
  type Claims,
  type Issuer,
} from './an-issuer.ts';

let world: World;
let issuer: Issuer;
beforeEach(async () => {
  issuer = await openIssuer(() => world.clock.now());
  world = await openWorld(issuer.settings);
});
afterEach(async () => {
  await world.close();
  await issuer.close();
});

const who = (token: string, { platform } = world) => authenticate(platform, `Bearer ${token}`);
const refused = async (token: string) => {
  const { code, message } = await refusal(who(token));
  return [code, message];
};
const usual = ['unauthenticated', expect.stringContaining('Send Authorization: Bearer')];
const claim = (name: string) => ['unauthenticated', `The token is not one for this API: look at its claim "${name}".`];

describe('a token of the tenant for this API', () => {
  it('says who a person is, by tenant and object, with the app roles as roles', async () => {
    expect(await who(issuer.token({ roles: ['approver', 'Muster.Admin', 'submitter'] }))).toEqual({
      id: `${tenant}/${person}`,
      kind: 'person',
      roles: ['submitter', 'approver'],
      owner_id: null,
    });
  });

  it('may be an app’s own', async () => {
    const caller = { id: `${tenant}/${app}`, kind: 'service', roles: ['ci'] };
    expect(await who(issuer.token(anApp))).toMatchObject(caller);
    expect(await who(issuer.token({ ...anApp, sub: 'else', idtyp: 'app' }))).toMatchObject(caller);
  });

  it('without roles is somebody without roles', async () => {
    expect(await who(issuer.token({ roles: undefined }))).toMatchObject({ kind: 'person', roles: [] });
  });

  it('counts from a minute before it begins to a minute after it is over', async () => {
    const iat = world.clock.now().getTime() / 1000;
    expect(await who(issuer.token({ nbf: iat + 60 }))).toBeDefined();
    expect(await refused(issuer.token({ nbf: iat + 61 }))).toEqual(claim('nbf'));
    expect(await who(issuer.token({ exp: iat - 59 }))).toBeDefined();
    expect(await refused(issuer.token({ exp: iat - 60 }))).toEqual([
      'unauthenticated',
      'The token is over; ask for a new one.',
    ]);
  });

  it('is held to the time of the platform’s clock', async () => {
    const token = issuer.token();
    await world.advance(3659);
    expect(await who(token)).toBeDefined();
    await world.advance(1);
    expect(await refused(token)).toEqual(['unauthenticated', 'The token is over; ask for a new one.']);
  });
});

describe('a token that the tenant has signed is refused', () => {
  const other = '99999999-9999-4999-8999-999999999999';
  it.each<[string, Claims, string]>([
    ['for another API', { aud: other }, 'aud'],
    ['for this API among others', { aud: [audience, other] }, 'aud'],
    ['from another tenant', { tid: other }, 'tid'],
    ['by another issuer', { iss: `https://login.microsoftonline.com/${other}/v2.0` }, 'iss'],
    ['by the issuer of v1.0 tokens', { iss: `https://sts.windows.net/${tenant}/` }, 'iss'],
    ['of version 1.0 under the issuer of v2.0', { ver: '1.0' }, 'ver'],
    ['without a version', { ver: undefined }, 'ver'],
    ['without an object', { oid: undefined }, 'oid'],
    ['with an object that is none', { oid: '../admin' }, 'oid'],
    ['without a tenant', { tid: undefined }, 'tid'],
    ['without an audience', { aud: undefined }, 'aud'],
    ['without an issuer', { iss: undefined }, 'iss'],
    ['without an end', { exp: undefined }, 'exp'],
    ['with an end that is text', { exp: '9999999999' }, 'exp'],
    ['without a beginning', { nbf: undefined }, 'nbf'],
    ['with roles that are no list', { roles: 'admin' }, 'roles'],
    ['with neither scope nor an app: an ID token', { scp: undefined }, 'scp'],
    ['with an empty scope', { scp: '' }, 'scp'],
  ])('%s', async (_, changes, name) => {
    expect(await refused(issuer.token(changes))).toEqual(claim(name));
  });
});

describe('an attack', () => {
  const spki = (key: { publicKey: Issuer['keys'][number]['publicKey'] }) =>
    key.publicKey.export({ format: 'pem', type: 'spki' });
  const roles = { roles: ['admin'] };

  const attacks: [string, () => string][] = [
    ['alg none', () => compact({ alg: 'none', typ: 'JWT' }, issuer.claims(roles), () => Buffer.alloc(0))],
    ['alg None with a kid', () => compact({ alg: 'None', kid: 'key-1' }, issuer.claims(roles), () => Buffer.alloc(0))],
    ['no alg', () => compact({ kid: 'key-1' }, issuer.claims(roles), rs256(key()))],
    ['the signature cut off', () => issuer.token(roles).replace(/[^.]+$/, '')],
    ['no signature at all', () => issuer.token(roles).split('.').slice(0, 2).join('.')],
    [
      'HS256 with the public key for a secret',
      () => compact({ alg: 'HS256', kid: 'key-1' }, issuer.claims(roles), hs256(String(spki(key())))),
    ],
    [
      'HS256 with the bytes of the public key',
      () =>
        compact(
          { alg: 'HS256', kid: 'key-1' },
          issuer.claims(roles),
          hs256(key().publicKey.export({ format: 'der', type: 'spki' })),
        ),
    ],
    ['RS384 where RS256 is signed', () => issuer.token(roles, { alg: 'RS384' })],
    ['PS256 where RS256 is signed', () => issuer.token(roles, { alg: 'PS256' })],
    [
      'another key under a known id',
      () => compact({ alg: 'RS256', kid: 'key-1' }, issuer.claims(roles), rs256(stranger())),
    ],
    ['a key that nobody knows', () => compact({ alg: 'RS256', kid: 'key-x' }, issuer.claims(roles), rs256(stranger()))],
    ['no key id', () => issuer.token(roles, { kid: undefined })],
    ['a key id that is no text', () => issuer.token(roles, { kid: { toString: 'key-1' } })],
    [
      'the claims of one token under the signature of another',
      () => {
        const [header, , signature] = issuer.token().split('.');
        return [header, issuer.token(roles).split('.')[1], signature].join('.');
      },
    ],
    [
      'an embedded key',
      () => {
        const own = stranger();
        const jwk = own.publicKey.export({ format: 'jwk' });
        return compact({ alg: 'RS256', jwk, kid: 'key-x' }, issuer.claims(roles), rs256(own));
      },
    ],
    ['a header that must be understood and is not', () => issuer.token(roles, { crit: ['exp'], exp: 1 })],
    ['an encrypted token', () => 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA'],
    [
      'claims that are no object',
      () => issuer.token(roles).replace(/\.[^.]+\./, `.${Buffer.from('[1]').toString('base64url')}.`),
    ],
    ['something long', () => issuer.token({ ...roles, padding: 'x'.repeat(20_000) })],
    ['no token', () => 'eyJ'],
  ];
  const key = () => {
    const [first] = issuer.keys;
    if (first === undefined) throw new Error('the issuer has no key');
    return first;
  };
  const stranger = () => rsaPair('a stranger');

  it.each(attacks)('with %s is refused, and nobody is noted', async (_, token) => {
    expect(await refused(token())).toEqual(usual);
    const { read } = world.platform.db;
    expect(
      await read.run({
        ...read.builder
          .selectFrom('principals' as never)
          .selectAll()
          .compile(),
      }),
    ).toEqual([]);
  });

  it('with the address of a key set leads nowhere, though the keys there would fit', async () => {
    const evil = await openIssuer(() => world.clock.now(), 'somebody else');
    const [own] = evil.keys;
    const at = `${evil.settings['AZURE_AUTHORITY_HOST']}/${tenant}/discovery/v2.0/keys`;
    for (const header of [{ jku: at }, { x5u: at }, { jku: at, kid: 'key-x' }, { x5c: ['AAAA'], x5t: 'AAAA' }]) {
      const token = compact({ alg: 'RS256', kid: own?.kid, ...header }, issuer.claims(roles), rs256(own ?? key()));
      expect(await refused(token)).toEqual(usual);
    }
    expect([issuer.asked, evil.asked]).toEqual([1, 0]);
    await evil.close();
  });

  it('does not even have the keys fetched when it names no algorithm that counts', async () => {
    await refused(compact({ alg: 'none' }, issuer.claims(roles), () => Buffer.alloc(0)));
    await refused(compact({ alg: 'HS256', kid: 'key-1' }, issuer.claims(roles), hs256('secret')));
    expect(issuer.asked).toBe(0);
  });
});

describe('where tokens do not count', () => {
  it('a good one is refused like any other text', async () => {
    const without = await openWorld();
    expect((await refusal(who(issuer.token(), without))).code).toBe('unauthenticated');
    await without.close();
  });
});

describe('v1.0 tokens', () => {
  const uri = 'api://muster';
  const v1 = { aud: uri, ver: '1.0', iss: `https://sts.windows.net/${tenant}/`, azp: undefined, appid: app };

  it('count, and only they, where the audience is an App ID URI', async () => {
    await world.close();
    world = await openWorld({ ...issuer.settings, API_AUDIENCE: uri });
    expect(await who(issuer.token(v1))).toMatchObject({ kind: 'person', roles: ['submitter'] });
    expect(await who(issuer.token({ ...v1, ...anApp, azp: undefined }))).toMatchObject({ kind: 'service' });
    expect(await refused(issuer.token())).toEqual(claim('iss'));
    expect(await refused(issuer.token({ aud: uri }))).toEqual(claim('iss'));
    expect(await refused(issuer.token({ ...v1, ver: '2.0' }))).toEqual(claim('ver'));
    expect(await refused(issuer.token({ ...v1, aud: audience }))).toEqual(claim('aud'));
  });

  it.each([
    [{}, `https://login.microsoftonline.com/${tenant}/v2.0`, `https://sts.windows.net/${tenant}/`],
    [
      { AZURE_AUTHORITY_HOST: 'https://login.partner.microsoftonline.cn/' },
      `https://login.partner.microsoftonline.cn/${tenant}/v2.0`,
      `https://sts.chinacloudapi.cn/${tenant}/`,
    ],
  ])('and v2.0 ones have the issuers of their cloud', (settings, second, first) => {
    const issuers = [audience, uri].map(
      (API_AUDIENCE) =>
        expectedOf(readConfig({ AZURE_TENANT_ID: tenant.toUpperCase(), API_AUDIENCE, ...settings })).issuer,
    );
    expect(issuers).toEqual([second, first]);
  });
});

describe('the keys of the tenant', () => {
  it('are fetched once for those who ask at once, and kept for an hour', async () => {
    await Promise.all([who(issuer.token()), who(issuer.token()), who(issuer.token(anApp))]);
    await world.advance(3599);
    await who(issuer.token());
    expect(issuer.asked).toBe(1);
    await world.advance(1);
    await who(issuer.token());
    expect(issuer.asked).toBe(2);
  });

  it('are fetched again for one that is not known, so that a rotation is noticed', async () => {
    await who(issuer.token());
    issuer.rotate();
    await world.advance(30);
    expect(await who(issuer.token())).toBeDefined();
    expect(issuer.asked).toBe(2);
  });

  it('are fetched at most once in half a minute, whatever callers send', async () => {
    for (let index = 0; index < 20; index++) await refused(issuer.token({}, { kid: `key-${index}x` }));
    expect(issuer.asked).toBe(1);
    await world.advance(30);
    await Promise.all(Array.from({ length: 20 }, (_, index) => refused(issuer.token({}, { kid: `key-${index}y` }))));
    expect(issuer.asked).toBe(2);
  });

  it('that were taken back do not count any more', async () => {
    const token = issuer.token();
    await who(token);
    issuer.rotate();
    issuer.keys.shift();
    await world.advance(3600);
    expect(await who(issuer.token())).toBeDefined();
    const [newest] = issuer.keys;
    if (newest === undefined) throw new Error('the issuer has no key');
    expect(await refused(issuer.token({}, { kid: 'key-1' }))).toEqual(usual);
  });
});

describe('a tenant that does not give its keys', () => {
  it.each([
    ['is down', { status: 500 }, 'it answered 500'],
    ['gives none', { status: 200, body: '{"keys":[]}' }, 'it gave no keys'],
    [
      'gives what are none',
      { status: 200, body: '{"keys":[{"kty":"EC","kid":"key-1"},{"kty":"RSA"}]}' },
      'it gave no keys',
    ],
    ['gives no JSON', { status: 200, body: '<html>' }, 'JSON'],
    ['gives too much', { status: 200, body: ' '.repeat(300_000) }, 'more than'],
  ])('and %s leaves open who calls: neither yes nor no', async (_, trouble, reason) => {
    issuer.trouble = trouble;
    const fault = await who(issuer.token()).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(Away);
    expect(fault).toMatchObject({ message: expect.stringContaining(reason), retry_after_seconds: 30 });
    expect(issuer.asked).toBe(2);
    expect(JSON.stringify(world.logged)).toContain('the keys of Entra ID could not be read');
  });

  it('is not asked at each call, and asked again in time', async () => {
    issuer.trouble = { status: 503 };
    for (let index = 0; index < 5; index++) await expect(who(issuer.token())).rejects.toThrow(Away);
    expect(issuer.asked).toBe(2);
    issuer.trouble = undefined;
    await world.advance(30);
    expect(await who(issuer.token())).toBeDefined();
  });

  it('leaves the keys that are known for a day, and no longer', async () => {
    await who(issuer.token());
    issuer.trouble = { status: 503 };
    await world.advance(86_399);
    expect(await who(issuer.token())).toBeDefined();
    await expect(who(issuer.token({}, { kid: 'key-2' }))).rejects.toThrow(Away);
    await world.advance(1);
    await expect(who(issuer.token())).rejects.toThrow(Away);
  });

  it('refuses what needs no key all the same', async () => {
    issuer.trouble = { status: 503 };
    expect(await refused(compact({ alg: 'none' }, issuer.claims(), () => Buffer.alloc(0)))).toEqual(usual);
  });
});

it('no token is in the log', async () => {
  const token = issuer.token();
  await who(token);
  await refused(issuer.token({ aud: 'else' }));
  issuer.trouble = { status: 503 };
  await who(issuer.token({}, { kid: 'key-z' })).catch(() => {});
  expect(JSON.stringify(world.logged)).not.toContain(token.split('.')[2]);
});
