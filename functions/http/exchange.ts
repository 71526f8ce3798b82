/** One route of the API behind the Functions host: its requests in, our answers out. */
import type { Ground } from './handle.ts';
import { mountRoutes } from './mount.ts';
import type { Route } from './route.ts';
import { isTraceparent } from './trace.ts';

/** As the host gives it: its body is in memory, all of it. */
export interface HostRequest {
  url: string;
  method: string;
  headers: Headers;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export interface HostAnswer {
  status: number;
  headers: Record<string, string>;
  body?: ArrayBuffer;
}

export type Exchange = (given: HostRequest, trace?: string) => Promise<HostAnswer>;

/** Meant for one connection: the host has others, of its own. */
const ofTheConnection = new Set(['connection', 'keep-alive', 'transfer-encoding']);

const bodyless = new Set(['GET', 'HEAD']);

/** The host has found the route; what is in its path is read again here, as everywhere else. */
export function exchangeWith(ground: Ground, route: Route): Exchange {
  const api = mountRoutes(ground, [route]);
  return async (given, trace) => {
    const answer = await api.fetch(await requestOf(given, trace));
    const headers = Object.fromEntries([...answer.headers].filter(([name]) => !ofTheConnection.has(name)));
    const head = { status: answer.status, headers };
    return answer.body === null ? head : { ...head, body: await answer.arrayBuffer() };
  };
}

/** `trace` is the host's traceparent for this call, which stands between the caller's and ours. */
async function requestOf(given: HostRequest, trace: string | undefined): Promise<Request> {
  const headers = new Headers(given.headers);
  if (trace !== undefined && isTraceparent(trace)) headers.set('traceparent', trace); // a host without one gives an id of its own
  const { url, method } = given;
  if (bodyless.has(method)) return new Request(url, { method, headers });
  const body = await given.arrayBuffer();
  return new Request(url, { method, headers, body: body.byteLength === 0 ? null : body });
}
