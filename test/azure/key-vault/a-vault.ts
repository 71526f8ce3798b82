/** A key vault on the loopback: its REST protocol with its token challenge, over TLS under a name of its own. */
import { Agent, createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Reach } from '../../../shared/platform/secrets/vault.ts';
import { selfSigned } from '../certificate.ts';
import type { Tokens } from './a-token-endpoint.ts';
import { VaultKeys } from './vault-keys.ts';
import { VaultSecrets } from './vault-secrets.ts';

const host = 'muster.vault.test';

/** What the vault answers instead of what it was asked; `nothing` never answers. */
export type Trouble = { status: number; headers?: Record<string, string>; body?: unknown } | 'nothing';

export interface Asked {
  /** `GET /secrets/linter-key/versions`, without its query. */
  line: string;
  query: URLSearchParams;
  /** Undefined before the challenge is met. */
  authorization: string | undefined;
  body: Record<string, string> | undefined;
}

/** What a collection says to a request; undefined: there is no such thing. */
export type Told = { status?: number; body: unknown } | undefined;

export interface Vault {
  url: string;
  reach: Reach;
  tokens: Tokens;
  secrets: VaultSecrets;
  keys: VaultKeys;
  /** Every request, those before the challenge too. */
  asked: Asked[];
  /** Requests with a token, by their lines. */
  lines(): string[];
  /** Answers the next so many requests that bring a token with this. */
  fail(trouble: Trouble, times?: number): void;
  /** What the challenge says; to change it is to be another vault. */
  challenge: { authorization: string; resource: string };
  close(): Promise<void>;
}

/** It takes the tokens of this endpoint for managed identities. */
export async function openVaultServer(tokens: Tokens): Promise<Vault> {
  const certificate = selfSigned(host);
  const troubles: Trouble[] = [];
  const server = createTlsServer(
    certificate,
    (request, response) => void answer(vault, troubles, { request, response }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://${host}:${(server.address() as AddressInfo).port}`;
  const vault: Vault = {
    url,
    reach: reachOver(certificate.cert),
    tokens,
    secrets: new VaultSecrets(url),
    keys: new VaultKeys(url),
    asked: [],
    lines: () => vault.asked.filter(({ authorization }) => authorization !== undefined).map(({ line }) => line),
    fail: (trouble, times = 1) => troubles.push(...Array.from({ length: times }, () => trouble)),
    challenge: { authorization: 'https://login.test/a-tenant', resource: 'https://vault.test' },
    close: () => closed(server),
  };
  return vault;
}

/** The name leads to the loopback and the certificate is trusted; tries follow at once. Nothing else is changed. */
const reachOver = (ca: string): Reach => {
  const agent = new Agent({ ca, lookup: (_, __, found) => found(null, [{ address: '127.0.0.1', family: 4 }]) });
  return {
    retryOptions: { maxRetries: 2, retryDelayInMs: 1, maxRetryDelayInMs: 2 },
    additionalPolicies: [
      {
        position: 'perRetry',
        policy: {
          name: 'loopback',
          sendRequest: (request, next) => {
            request.agent = agent;
            return next(request);
          },
        },
      },
    ],
  };
};

const closed = (server: TlsServer): Promise<void> =>
  new Promise((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  });

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

async function answer(vault: Vault, troubles: Trouble[], { request, response }: Exchange): Promise<void> {
  const { pathname, searchParams: query } = new URL(request.url ?? '', vault.url);
  const text = (await request.toArray()).join('');
  const body = text === '' ? undefined : (JSON.parse(text) as Record<string, string>);
  const { authorization } = request.headers;
  vault.asked.push({ line: `${request.method} ${pathname}`, query, authorization, body });
  const say = (status: number, said: unknown, headers: Record<string, string> = {}) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(said));
  if (authorization !== `Bearer ${vault.tokens.current}`) {
    const { authorization: authority, resource } = vault.challenge;
    const challenge = `Bearer authorization="${authority}", resource="${resource}"`;
    return void say(401, { error: { code: 'Unauthorized' } }, { 'www-authenticate': challenge });
  }
  const trouble = troubles.shift();
  if (trouble === 'nothing') return;
  if (trouble !== undefined) return void say(trouble.status, trouble.body ?? {}, trouble.headers);
  const told = request.method === 'GET' ? vault.secrets.get(pathname) : undefined;
  const found = told ?? vault.keys.answer(`${request.method} ${pathname}`, body ?? {});
  if (found === undefined) return void say(404, { error: { code: 'KeyNotFound', message: 'A key was not found' } });
  say(found.status ?? 200, found.body);
}
