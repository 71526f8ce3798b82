/** Where Azure gives tokens to a managed identity (App Service, api-version 2019-08-01), on the loopback. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const secretHeader = 'a-header-that-only-the-app-knows';

export interface Tokens {
  /** Set these in the environment, as Azure does: the SDK reads them there. */
  environment: { IDENTITY_ENDPOINT: string; IDENTITY_HEADER: string };
  /** The token that is given and taken. */
  current: string;
  /** The queries it was asked with. */
  asked: URLSearchParams[];
  /** From now on it answers with this status. */
  status: number;
  /** Seconds that a token is good for. */
  lives: number;
  close(): Promise<void>;
}

/** One for a whole process: the SDK remembers the first. */
export async function openTokens(): Promise<Tokens> {
  const server = createServer((request, response) => {
    tokens.asked.push(new URL(request.url ?? '', 'http://localhost').searchParams);
    const known = request.headers['x-identity-header'] === secretHeader;
    const expires_on = String(Math.floor(Date.now() / 1000) + tokens.lives);
    const { resource } = Object.fromEntries(tokens.asked.at(-1) ?? []);
    const said = { access_token: tokens.current, expires_on, resource, token_type: 'Bearer' };
    response
      .writeHead(known ? tokens.status : 403, { 'content-type': 'application/json' })
      .end(JSON.stringify(tokens.status === 200 ? said : { statusCode: tokens.status, message: 'no' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = (server.address() as AddressInfo).port;
  const tokens: Tokens = {
    environment: { IDENTITY_ENDPOINT: `http://127.0.0.1:${port}/msi/token`, IDENTITY_HEADER: secretHeader },
    current: 'a-token',
    asked: [],
    status: 200,
    lives: 86_400,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return tokens;
}
