/** One request of one route: trace, admission, input, verb, answer. Never throws. */
import type { Context } from 'hono';
import { authenticate } from '../../shared/access/authenticate.ts';
import type { Caller } from '../../shared/access/caller.ts';
import { mayCall } from '../../shared/access/permissions.ts';
import { LostRace, refuse } from '../../shared/outcomes.ts';
import { withTrace } from '../../shared/platform/context.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import { spanned } from '../../shared/platform/telemetry/spans.ts';
import { answer, type Said } from './answer.ts';
import { inputOf } from './input.ts';
import type { ProblemCode } from '../../shared/problems.ts';
import { codeOf, problemResponse } from './problems.ts';
import { RequestFacts } from './request.ts';
import type { Call, Route } from './route.ts';

/** How often a verb runs again after it lost a race. */
const againAfterLostRaces = 3;

/** Looks at what goes out; throws when it is not as documented. */
export interface Check {
  answered(route: Route, said: Said): void;
  refused(route: Route, code: ProblemCode): void;
}

/** What every route is served with. */
export interface Serving {
  platform: Platform;
  /** The traceparent that follows from the request's header. */
  traceOf: (header: string | null) => string;
  check: Check | undefined;
}

/** The handler of one route, made once. */
export function handle(route: Route, { platform, traceOf, check }: Serving): (context: Context) => Promise<Response> {
  return (context) => {
    const request = context.req.raw;
    const trace = traceOf(request.headers.get('traceparent'));
    return withTrace(trace, async () => {
      try {
        const caller = await admit(platform, route, request);
        const input = await inputOf(route, context);
        const value = await spanned(route.name, () =>
          run(route, { platform, caller, input, request: new RequestFacts(request) }),
        );
        const { response, said } = answer(route, { request, trace, value });
        check?.answered(route, said);
        await endOfTurn();
        return response;
      } catch (error) {
        check?.refused(route, codeOf(error));
        return problemResponse({ error, instance: context.req.path, operation: route.name, trace, log: platform.log });
      }
    });
  };
}

/**
 * Answers that are ready in one turn of the event loop are written one after the other at its end: each
 * write by itself wakes a client that has just gone to sleep, and took 40 % of a small answer's time.
 */
const endOfTurn = (): Promise<void> => new Promise(setImmediate);

/** Who calls, before anything of the body is read. Refuses `unauthenticated` and `forbidden`. */
async function admit(platform: Platform, route: Route, request: Request): Promise<Caller | undefined> {
  const header = request.headers.get('authorization');
  const caller = header === null ? undefined : await authenticate(platform, header);
  if (!mayCall(caller, route.name)) refuse(caller === undefined ? 'unauthenticated' : 'forbidden');
  return caller;
}

async function run(route: Route, call: Call<object>): Promise<unknown> {
  for (let lost = 0; ; lost++) {
    try {
      return await route.run(call);
    } catch (error) {
      if (!(error instanceof LostRace) || lost >= againAfterLostRaces) throw error;
    }
  }
}
