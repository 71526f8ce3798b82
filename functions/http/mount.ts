/** Routes on one Hono application. */
import { Hono, type Context } from 'hono';
import { Refusal } from '../../shared/outcomes.ts';
import { handle, type Check, type Ground } from './handle.ts';
import { problemResponse } from './problems.ts';
import type { Route } from './route.ts';
import { traceSource } from './trace.ts';

export interface ApiOptions {
  /** Looks at every answer; see `check-answers.ts`. */
  check?: Check;
}

export function mountRoutes(ground: Ground, routes: readonly Route[], { check }: ApiOptions = {}): Hono {
  const app = new Hono();
  const serving = { ...ground, traceOf: traceSource(ground.random), check };
  for (const route of mostSpecificFirst(routes)) {
    app.on(route.method, route.path.replaceAll(/\{(\w+)\}/g, ':$1'), handle(route, serving));
  }
  const methodsAt = methodFinder(routes);
  const failed = (context: Context, error: unknown, headers: Record<string, string> = {}) => {
    const { trace } = serving.traceOf(context.req.raw.headers.get('traceparent'));
    return problemResponse({ error, instance: context.req.path, trace, log: ground.log, headers });
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

/** Which methods a path has, for `Allow`. */
function methodFinder(routes: readonly Route[]): (path: string) => string[] {
  const known = routes.map(({ method, path }) => ({
    form: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    methods: method === 'GET' ? ['GET', 'HEAD'] : [method],
  }));
  return (path) => known.flatMap(({ form, methods }) => (form.test(path) ? methods : []));
}
