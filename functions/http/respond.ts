/** Responses with the headers that every answer has. */

export interface Answered {
  status: number;
  /** The request's traceparent, given back. */
  trace: string;
  media: string;
  headers?: Record<string, string>;
}

/** Answers are for their caller alone, and are what they say they are. */
const always = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

/** A plain object of headers, so that the server writes it without parsing it again. */
export function respond(body: string | null, { status, trace, media, headers }: Answered): Response {
  return new Response(body, {
    status,
    headers: { ...always, ...(body === null ? {} : { 'content-type': media }), traceparent: trace, ...headers },
  });
}
