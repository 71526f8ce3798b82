/**
 * The guarded client: a connection is only made to an address that was resolved and checked here, so neither
 * a name, nor a redirect, nor an answer of DNS that changes between check and call leads into a private network.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { Agent, buildConnector, errors, request as send, type Dispatcher } from 'undici';
import type { Config } from '../config.ts';
import { currentTrace } from '../context.ts';
import { allowedBy, portOf, whyNot, type Allowed, type Target } from './addresses.ts';
import { OutboundFault, type Outbound, type OutboundAnswer, type OutboundRequest } from './outbound.ts';

const defaultTimeoutMilliseconds = 10_000;
const defaultAnswerBytes = 256 * 1024;

/** Gives all addresses of a name. */
export type Resolve = (host: string) => Promise<string[]>;

const resolveBySystem: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/** The client behind {@link Outbound}; settings of proxies are not looked at. */
export function guardedOutbound(
  config: Pick<Config, 'OUTBOUND_ALLOW' | 'IDENTITY_ENDPOINT'>,
  resolve: Resolve = resolveBySystem,
): Outbound {
  const allowed = allowedBy(config.OUTBOUND_ALLOW, config.IDENTITY_ENDPOINT);
  const agent = new Agent({ connect: guardedConnector(allowed, resolve), connections: 16, pipelining: 1 });
  return {
    call: (request) => call(agent, request),
    check: (url) => check(url, (target) => checked(target, allowed, resolve)),
    close: () => agent.destroy(),
  };
}

async function check(text: string, look: (target: Target) => Promise<string>): Promise<void> {
  const url = readUrl(text);
  try {
    await look(targetOf({ hostname: url.hostname, port: url.port, protocol: url.protocol }));
  } catch (error) {
    // The edge of the client, as below: a name that cannot be resolved cannot be called.
    throw asFault(error, { url, timedOut: false });
  }
}

/** Every connection of the agent begins here, also those to an address written out. */
function guardedConnector(allowed: Allowed, resolve: Resolve): buildConnector.connector {
  const connect = buildConnector({ timeout: defaultTimeoutMilliseconds, autoSelectFamily: false });
  return (options, done) => {
    const target = targetOf(options);
    checked(target, allowed, resolve).then(
      (address) => connect({ ...options, hostname: address, ...serverName(target) }, done),
      (fault: unknown) => done(fault instanceof Error ? fault : new Error(String(fault)), null),
    );
  };
}

const targetOf = ({
  hostname,
  port,
  protocol,
}: Pick<buildConnector.Options, 'hostname' | 'port' | 'protocol'>): Target => {
  const tls = protocol === 'https:';
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port || (tls ? '443' : '80'), tls };
};

/** The certificate is checked for the name in the URL, not for the address connected to. */
const serverName = ({ host, tls }: Target) => (tls && isIP(host) === 0 ? { servername: host } : {});

/** The first address of the target, after all of them were found good: one bad one betrays the name. */
async function checked(target: Target, allowed: Allowed, resolve: Resolve): Promise<string> {
  const addresses =
    isIP(target.host) === 0
      ? await Promise.race([resolve(target.host), aborted(AbortSignal.timeout(defaultTimeoutMilliseconds))])
      : [target.host];
  for (const address of addresses) {
    const reason = whyNot(address, target, allowed);
    if (reason !== undefined) throw new OutboundFault('refused', `${target.host}:${target.port} ${reason}`);
  }
  const [first] = addresses;
  if (first === undefined) throw new OutboundFault('unreachable', `${target.host} has no address`);
  return first;
}

async function call(agent: Dispatcher, request: OutboundRequest): Promise<OutboundAnswer> {
  const url = readUrl(request.url);
  const limit = AbortSignal.timeout(request.timeout_milliseconds ?? defaultTimeoutMilliseconds);
  try {
    // undici hears an abort only once it is connected.
    return await Promise.race([exchange(agent, { url, request, limit }), aborted(limit)]);
  } catch (error) {
    // The edge of the client: whatever went wrong below becomes one of four kinds.
    throw asFault(error, { url, timedOut: limit.aborted });
  }
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));

interface Exchange {
  url: URL;
  request: OutboundRequest;
  limit: AbortSignal;
}

async function exchange(agent: Dispatcher, { url, request, limit }: Exchange): Promise<OutboundAnswer> {
  const { method = 'GET', headers: given = {}, body = null, max_answer_bytes = defaultAnswerBytes } = request;
  const began = performance.now();
  const headers = { ...traced(), ...given };
  const answer = await send(url, { dispatcher: agent, method, headers, body, signal: limit });
  return {
    status: answer.statusCode,
    headers: plainHeaders(answer.headers),
    body: await readLimited(answer.body, max_answer_bytes),
    latency_milliseconds: performance.now() - began,
  };
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new OutboundFault('refused', 'the URL cannot be read');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new OutboundFault('refused', 'only https can be called');
  if (url.username !== '' || url.password !== '') throw new OutboundFault('refused', 'a URL may not carry a password');
  return url;
}

async function readLimited(body: Dispatcher.ResponseData['body'], limit: number): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > limit) throw new OutboundFault('too_large', `the answer has more than ${limit} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** So that the other side's trace joins ours (W3C). */
const traced = (): Record<string, string> => {
  const trace = currentTrace();
  return trace === null ? {} : { traceparent: trace };
};

const plainHeaders = (headers: Record<string, string | string[] | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]));

function asFault(error: unknown, { url, timedOut }: { url: URL; timedOut: boolean }): OutboundFault {
  if (error instanceof OutboundFault) return error;
  const where = `${url.hostname}:${portOf(url)}`;
  if (timedOut || error instanceof errors.ConnectTimeoutError)
    return new OutboundFault('timeout', `${where} took too long`);
  if (error instanceof errors.InvalidArgumentError) return new OutboundFault('refused', error.message);
  const { code } = error as { code?: string };
  return new OutboundFault('unreachable', `${where} cannot be reached${code === undefined ? '' : ` (${code})`}`);
}
