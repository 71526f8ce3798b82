/** Answers for what did not succeed: RFC 9457 problem details with a documented code. */
import { LostRace, Refusal, type RefusalFacts } from '../../shared/outcomes.ts';
import { Away } from '../../shared/platform/away.ts';
import { isTransient, secondsToPass, UnknownOutcome } from '../../shared/platform/database/faults.ts';
import { problemOf, type ProblemCode } from '../../shared/problems.ts';
import type { Problem } from './problem.ts';
import { respond } from './respond.ts';
import { traceId } from './trace.ts';

/** Where faults go. */
export interface FaultLog {
  error(facts: object, words: string): void;
}

export interface Failed {
  error: unknown;
  /** Path of the request. */
  instance: string;
  /** The operation, if it came to one. */
  operation?: string;
  /** The request's traceparent. */
  trace: string;
  log: FaultLog;
  headers?: Record<string, string>;
}

/** The problem that an error is. Faults are logged, and say nothing of themselves outside. */
export function problemResponse({ error, instance, operation, trace, log, headers = {} }: Failed): Response {
  const { code, facts } = refusalOf(error);
  const { status, title, remedy } = problemOf(code);
  if (status >= 500) log.error({ err: error, operation, code }, 'a request failed');
  const detail = facts.detail ?? remedy;
  const { errors } = facts;
  const problem: Problem = {
    type: `/problems/${code}`,
    code,
    title,
    status,
    detail,
    instance,
    trace_id: traceId(trace),
  };
  if (errors !== undefined) problem.errors = errors;
  return respond(JSON.stringify(problem), {
    status,
    trace,
    media: 'application/problem+json',
    headers: { ...headers, ...headersOf(code, facts) },
  });
}

/** What an error is to the caller. */
export const codeOf = (error: unknown): ProblemCode => refusalOf(error).code;

function refusalOf(error: unknown): { code: ProblemCode; facts: RefusalFacts } {
  if (error instanceof Refusal) return error;
  if (error instanceof LostRace) return { code: 'lost_race', facts: {} };
  if (error instanceof Away) return { code: 'unavailable', facts: { retry_after_seconds: error.retry_after_seconds } };
  if (error instanceof UnknownOutcome) return { code: 'outcome_unknown', facts: {} };
  if (isTransient(error)) return { code: 'unavailable', facts: { retry_after_seconds: secondsToPass(error) } };
  return { code: 'internal', facts: {} };
}

function headersOf(code: ProblemCode, { retry_after_seconds }: RefusalFacts): Record<string, string> {
  const headers: Record<string, string> = {};
  if (code === 'unauthenticated') headers['www-authenticate'] = 'Bearer realm="muster"';
  if (code === 'too_large') headers['connection'] = 'close'; // what was not read stands in the way of the next request
  if (retry_after_seconds !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(retry_after_seconds)));
  return headers;
}
