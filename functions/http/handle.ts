/** One request of one route: trace, admission, input, verb, answer. Never throws. */
import type { Context } from 'hono';
import type { Caller } from '../../shared/access/caller.ts';
import type { Operation } from '../../shared/access/permissions.ts';
import { LostRace } from '../../shared/outcomes.ts';
import { currentTrace, withTrace } from '../../shared/platform/context.ts';
import type { Platform, Random } from '../../shared/platform/platform.ts';
import type { Spanning, Telemetry } from '../../shared/platform/telemetry/telemetry.ts';
import { answer, type Said } from './answer.ts';
import { inputOf } from './input.ts';
import type { ProblemCode } from '../../shared/problems.ts';
import { codeOf, problemResponse, type FaultLog } from './problems.ts';
import { RequestFacts } from './request.ts';
import type { Route } from './route.ts';
import type { Traced } from './trace.ts';

/** How often a verb runs again after it lost a race. */
const againAfterLostRaces = 3;

/** Looks at what goes out; throws when it is not as documented. */
export interface Check {
  answered(route: Route, said: Said): void;
  refused(route: Route, code: ProblemCode): void;
}

/** Who calls, and what they call upon. */
export interface Admitted {
  platform: Platform;
  caller: Caller | undefined;
}

/** What a host gives. */
export interface Ground {
  /** Says who calls, by the header `authorization`, or refuses. A host may open the platform for it. */
  admit(operation: Operation, authorization: string | null): Promise<Admitted>;
  random: Random;
  log: FaultLog;
  /** Undefined while the platform is not open. */
  telemetry(): Telemetry | undefined;
}

/** What every route is served with. */
export interface Serving extends Ground {
  /** The traceparent that follows from the request's header. */
  traceOf: (header: string | null) => Traced;
  check: Check | undefined;
}

/** The handler of one route, made once. */
export function handle(route: Route, serving: Serving): (context: Context) => Promise<Response> {
  return (context) => {
    const { trace, parent } = serving.traceOf(context.req.raw.headers.get('traceparent'));
    const respond = () => respondTo(route, serving, context);
    return withTrace(trace, async () => {
      const telemetry = serving.telemetry();
      if (telemetry?.isOpen === true) return telemetry.span(spanOf(route, context, parent), respond);
      const response = await respond();
      serving.telemetry()?.openSoon();
      return response;
    });
  };
}

/** While spans are recorded, the trace that is answered names the request's own. */
async function respondTo(route: Route, serving: Serving, context: Context): Promise<Response> {
  const request = context.req.raw;
  const trace = currentTrace() ?? '';
  try {
    const value = await valueOf(route, serving, context);
    const { response, said } = answer(route, { request, trace, value });
    serving.check?.answered(route, said);
    await endOfTurn();
    return tellStatus(serving, response);
  } catch (error) {
    serving.check?.refused(route, codeOf(error));
    serving.telemetry()?.fault(error);
    const { log } = serving;
    const facts = { error, instance: context.req.path, operation: route.name, trace, log };
    return tellStatus(serving, problemResponse(facts));
  }
}

function tellStatus({ telemetry }: Serving, response: Response): Response {
  telemetry()?.note({ 'http.response.status_code': response.status });
  return response;
}

/** Named by its operation. Of the path only ids are told, and nothing of query, headers and body. */
const spanOf = ({ name, method, path }: Route, context: Context, parent: string | null): Spanning => ({
  name,
  kind: 'server',
  parent,
  attributes: { 'http.request.method': method, 'http.route': path, ...idsIn(context.req.param()) },
  measure: 'http.server.request.duration',
});

const idsIn = (params: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) =>
      /^[a-z]+_[0-9a-z]{26}$/.test(value) ? [[`muster.${name}`, value]] : [],
    ),
  );

async function valueOf(route: Route, ground: Ground, context: Context): Promise<unknown> {
  const { raw } = context.req;
  const request = new RequestFacts(raw);
  const authorization = raw.headers.get('authorization');
  if (route.alone) {
    if (authorization !== null) await ground.admit(route.name, authorization); // a wrong key is refused everywhere
    const input = await inputOf(route, context);
    return route.run({ input, request });
  }
  const admitted = await ground.admit(route.name, authorization);
  const input = await inputOf(route, context);
  return again(() => route.run({ ...admitted, input, request }));
}

/**
 * Answers that are ready in one turn of the event loop are written one after the other at its end: each
 * write by itself wakes a client that has just gone to sleep, and took 40 % of a small answer's time.
 */
const endOfTurn = (): Promise<void> => new Promise(setImmediate);

async function again(run: () => unknown): Promise<unknown> {
  for (let lost = 0; ; lost++) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof LostRace) || lost >= againAfterLostRaces) throw error;
    }
  }
}
