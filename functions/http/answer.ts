/** From what a verb gives to an HTTP response: status, ETag, 304, text. */
import { Reply, reply } from './reply.ts';
import { respond } from './respond.ts';
import type { Route } from './route.ts';

export interface Given {
  request: Request;
  trace: string;
  /** What `run` gave. */
  value: unknown;
}

/** What was answered, for those who check it against the document. */
export interface Said {
  status: number;
  media: string;
  text: string | null;
}

export function answer(route: Route, { request, trace, value }: Given): { response: Response; said: Said } {
  const { body, options } = value instanceof Reply ? (value as Reply<unknown>) : reply(value, {});
  const headers = { ...options.headers };
  const media = headers['content-type'] ?? route.media;
  if (options.location !== undefined) headers['location'] = options.location;
  const tag = route.etag ? tagOf(body) : undefined;
  if (tag !== undefined) headers['etag'] = tag;
  if (tag !== undefined && knows(request, tag)) {
    return {
      response: respond(null, { status: 304, trace, media, headers }),
      said: { status: 304, media, text: null },
    };
  }
  const status = options.status ?? route.statuses[0] ?? 200;
  const text = status === 204 ? null : textOf(body);
  return { response: respond(text, { status, trace, media, headers }), said: { status, media, text } };
}

const textOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

/** Another representation has no version, and so no ETag. */
function tagOf(body: unknown): string | undefined {
  const { version } = body as { version?: unknown };
  return typeof version === 'number' ? `"${version}"` : undefined;
}

/** `If-None-Match` (RFC 9110) compares weakly. */
function knows(request: Request, tag: string): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const known = request.headers.get('if-none-match');
  return (
    known !== null && known.split(',').some((each) => each.trim().replace(/^W\//, '') === tag || each.trim() === '*')
  );
}
