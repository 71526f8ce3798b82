/** The HTTP API: every route of the table on one Hono application. */
import { Hono, type Context } from 'hono';
import { permissions } from '../../shared/access/permissions.ts';
import { Refusal } from '../../shared/outcomes.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import { handle, type Check } from './handle.ts';
import { problemResponse } from './problems.ts';
import type { Route } from './route.ts';
import { traceSource } from './trace.ts';

export interface ApiOptions {
  /** Looks at every answer; see `check-answers.ts`. */
  check?: Check;
}

/**
 * Mounts the routes. Throws when two share a name or an address, or one has no row in the permission
 * table: such an API does not start.
 */
export function openApi(platform: Platform, routes: readonly Route[], { check }: ApiOptions = {}): Hono {
  checkTable(routes);
  const app = new Hono();
  const serving = { platform, traceOf: traceSource(platform.random), check };
  for (const route of mostSpecificFirst(routes)) {
    app.on(route.method, route.path.replaceAll(/\{(\w+)\}/g, ':$1'), handle(route, serving));
  }
  const methodsAt = methodFinder(routes);
  const failed = (context: Context, error: unknown, headers: Record<string, string> = {}) => {
    const trace = serving.traceOf(context.req.raw.headers.get('traceparent'));
    return problemResponse({ error, instance: context.req.path, trace, log: platform.log, headers });
  };
  app.notFound((context) => {
    const methods = methodsAt(context.req.path);
    if (methods.length === 0) return failed(context, new Refusal('not_found'));
    return failed(context, new Refusal('method_not_allowed'), { allow: methods.join(', ') });
  });
  app.onError((error, context) => failed(context, error));
  return app;
}

/** The router takes the first match: a fixed name stands before a parameter in its place. */
const mostSpecificFirst = (routes: readonly Route[]): Route[] => {
  const order = ({ path }: Route) => path.replaceAll('{', '\uffff');
  return routes.toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
};

function checkTable(routes: readonly Route[]): void {
  const seen = new Set<string>();
  for (const { name, method, path } of routes) {
    if (!Object.hasOwn(permissions, name)) throw new Error(`${name} has no row in the permission table`);
    for (const key of [name, `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`]) {
      if (seen.has(key)) throw new Error(`two routes say ${key}`);
      seen.add(key);
    }
  }
}

/** Which methods a path has, for `Allow`. */
function methodFinder(routes: readonly Route[]): (path: string) => string[] {
  const known = routes.map(({ method, path }) => ({
    form: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    methods: method === 'GET' ? ['GET', 'HEAD'] : [method],
  }));
  return (path) => known.flatMap(({ form, methods }) => (form.test(path) ? methods : []));
}
