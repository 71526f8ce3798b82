/** What an operation is given: body, then query, then path; each fits its schema, and what comes later wins. */
import type { Context } from 'hono';
import type { z } from 'zod';
import { refuse, type PointedError } from '../../shared/outcomes.ts';
import { pointedErrors } from './pointers.ts';
import { readBody, wrongWith } from './read-body.ts';
import type { Route } from './route.ts';

/** Refuses `invalid` with a pointer to each place, and what {@link readBody} refuses. */
export async function inputOf(route: Route, context: Context): Promise<object> {
  const path = fitting(route.params(), context.req.param(), 'path parameter: ');
  const query = fitting(route.query(), queryOf(context.req.raw.url), 'query parameter: ');
  if (route.body === undefined) return { ...query, ...path };
  const body = fitting(route.body(), await readBody(context.req.raw));
  return { ...body, ...query, ...path };
}

function fitting(schema: z.ZodType<object>, value: unknown, what?: string): object {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : refuse('invalid', { errors: pointedErrors(parsed.error.issues, what) });
}

/** Parameters by name; each may be given once. */
function queryOf(url: string): Record<string, string> {
  const start = url.indexOf('?');
  if (start < 0) return {};
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(url.slice(start))) {
    const message = query.has(name) ? 'given more than once' : (wrongWith(name) ?? wrongWith(value));
    if (message !== undefined)
      refuseParameter({ pointer: `/${name.slice(0, 100)}`, message: `query parameter: ${message}` });
    query.set(name, value);
  }
  return Object.fromEntries(query);
}

const refuseParameter = (error: PointedError): never => refuse('invalid', { errors: [error] });
