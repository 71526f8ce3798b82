/** From what a verb gives to an HTTP response: status, ETag, 304, text. */
import { hash } from 'node:crypto';
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
  const status = options.status ?? route.statuses[0] ?? 200;
  const text = status === 204 ? null : textOf(body);
  const tag = route.etag ? tagOf(body, text ?? '') : undefined;
  if (tag !== undefined) headers['etag'] = tag;
  if (tag !== undefined && knows(request, tag)) {
    return {
      response: respond(null, { status: 304, trace, media, headers }),
      said: { status: 304, media, text: null },
    };
  }
  return { response: respond(text, { status, trace, media, headers }), said: { status, media, text } };
}

const textOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

/**
 * The version, which If-Match is held against, and a hash of the text, because an answer also tells of what
 * changes without a version, such as progress. Another representation has no version, and so no ETag.
 */
function tagOf(body: unknown, text: string): string | undefined {
  const { version } = body as { version?: unknown };
  return typeof version === 'number' ? `"${version}-${hash('sha1', text, 'base64url').slice(0, 12)}"` : undefined;
}

/** `If-None-Match` (RFC 9110) compares weakly. */
function knows(request: Request, tag: string): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const known = request.headers.get('if-none-match');
  return (
    known !== null && known.split(',').some((each) => each.trim().replace(/^W\//, '') === tag || each.trim() === '*')
  );
}
