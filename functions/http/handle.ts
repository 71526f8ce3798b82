/** One request of one route: trace, admission, input, verb, answer. Never throws. */
import type { Context } from 'hono';
import type { Caller } from '../../shared/access/caller.ts';
import type { Operation } from '../../shared/access/permissions.ts';
import { LostRace } from '../../shared/outcomes.ts';
import { withTrace } from '../../shared/platform/context.ts';
import type { Platform, Random } from '../../shared/platform/platform.ts';
import { spanned } from '../../shared/platform/telemetry/spans.ts';
import { answer, type Said } from './answer.ts';
import { inputOf } from './input.ts';
import type { ProblemCode } from '../../shared/problems.ts';
import { codeOf, problemResponse, type FaultLog } from './problems.ts';
import { RequestFacts } from './request.ts';
import type { Route } from './route.ts';

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
}

/** What every route is served with. */
export interface Serving extends Ground {
  /** The traceparent that follows from the request's header. */
  traceOf: (header: string | null) => string;
  check: Check | undefined;
}

/** The handler of one route, made once. */
export function handle(route: Route, serving: Serving): (context: Context) => Promise<Response> {
  const { traceOf, check, log } = serving;
  return (context) => {
    const request = context.req.raw;
    const trace = traceOf(request.headers.get('traceparent'));
    return withTrace(trace, async () => {
      try {
        const value = await valueOf(route, serving, context);
        const { response, said } = answer(route, { request, trace, value });
        check?.answered(route, said);
        await endOfTurn();
        return response;
      } catch (error) {
        check?.refused(route, codeOf(error));
        return problemResponse({ error, instance: context.req.path, operation: route.name, trace, log });
      }
    });
  };
}

async function valueOf(route: Route, ground: Ground, context: Context): Promise<unknown> {
  const { raw } = context.req;
  const request = new RequestFacts(raw);
  const authorization = raw.headers.get('authorization');
  if (route.alone) {
    if (authorization !== null) await ground.admit(route.name, authorization); // a wrong key is refused everywhere
    const input = await inputOf(route, context);
    return spanned(route.name, async () => route.run({ input, request }));
  }
  const admitted = await ground.admit(route.name, authorization);
  const input = await inputOf(route, context);
  return spanned(route.name, () => again(() => route.run({ ...admitted, input, request })));
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
