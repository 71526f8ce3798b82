/** A tenant of Entra ID on the loopback: its keys by HTTP, and tokens with real signatures, good and bad. */
import { createHmac, sign, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rsaPair } from '../rsa-pairs.ts';

export const tenant = '11111111-aaaa-4aaa-8aaa-111111111111';
export const audience = '22222222-bbbb-4bbb-8bbb-222222222222';

export type Claims = Record<string, unknown>;

export interface SigningKey {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

export interface Issuer {
  /** For `readConfig`: this tenant's tokens for this audience count. */
  settings: Record<string, string>;
  /** Those that it publishes; the last one signs. */
  keys: SigningKey[];
  /** A new key, published and signing from now on. */
  rotate(): SigningKey;
  /** What a person's v2.0 token says, with these claims changed; undefined takes one out. */
  claims(changes?: Claims): Claims;
  /** A token with these claims, signed by the newest key; `header` is added to or changes its header. */
  token(changes?: Claims, header?: Claims): string;
  /** How often its keys were asked for. */
  asked: number;
  /** What it answers instead of its keys. */
  trouble: { status: number; body?: string } | undefined;
  close(): Promise<void>;
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A compact JWS; `by` makes the signature of its first two parts. */
export function compact(header: Claims, payload: Claims, by: (text: string) => Buffer): string {
  const text = `${encoded(header)}.${encoded(payload)}`;
  return `${text}.${by(text).toString('base64url')}`;
}

export const rs256 =
  ({ privateKey }: Pick<SigningKey, 'privateKey'>) =>
  (text: string): Buffer =>
    sign('sha256', Buffer.from(text), privateKey);

export const hs256 =
  (secret: string | Buffer) =>
  (text: string): Buffer =>
    createHmac('sha256', secret).update(text).digest();

/** `now` gives the time that its tokens begin at; issuers of other names have other keys under the same ids. */
export async function openIssuer(now: () => Date, name = 'the tenant'): Promise<Issuer> {
  const path = `/${tenant}/discovery/v2.0/keys`;
  const server = createServer((request, response) => {
    issuer.asked += 1;
    const keys = issuer.keys.map(({ kid, publicKey }) => ({ kid, use: 'sig', ...publicKey.export({ format: 'jwk' }) }));
    const { status = 200, body = JSON.stringify({ keys }) } = issuer.trouble ?? {};
    response.writeHead(request.url === path ? status : 404, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const newest = () => issuer.keys.at(-1) ?? issuer.rotate();
  const issuer: Issuer = {
    settings: { AZURE_AUTHORITY_HOST: url, AZURE_TENANT_ID: tenant, API_AUDIENCE: audience },
    keys: [],
    rotate: () => {
      const kid = `key-${issuer.keys.length + 1}`;
      const key = { kid, ...rsaPair(`${name} ${kid}`) };
      issuer.keys.push(key);
      return key;
    },
    claims: (changes = {}) => {
      const iat = Math.floor(now().getTime() / 1000);
      return { ...aPerson, iss: `${url}/${tenant}/v2.0`, iat, nbf: iat, exp: iat + 3600, ...changes };
    },
    token: (changes, header = {}) =>
      compact({ typ: 'JWT', alg: 'RS256', kid: newest().kid, ...header }, issuer.claims(changes), rs256(newest())),
    asked: 0,
    trouble: undefined,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  issuer.rotate();
  return issuer;
}

export const person = '33333333-cccc-4ccc-8ccc-333333333333';
export const app = '44444444-dddd-4ddd-8ddd-444444444444';

const aPerson: Claims = {
  aud: audience,
  tid: tenant,
  oid: person,
  sub: 'pairwise-subject-of-pat',
  ver: '2.0',
  azp: '55555555-eeee-4eee-8eee-555555555555',
  scp: 'access_as_user',
  name: 'Pat',
  roles: ['submitter'],
};

/** What makes a token an app's own: no scope, and itself as its subject. */
export const anApp: Claims = { oid: app, sub: app, scp: undefined, name: undefined, azp: app, roles: ['ci'] };
