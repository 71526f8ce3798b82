/** Readiness: whether what a job needs is there, check by check. Pure. */
import { z } from 'zod';
import { checkStates } from '../tools/verification.ts';

export const ReadinessCheck = z
  .strictObject({
    name: z
      .string()
      .describe(
        'tool:x, credential:x, resource:x, agent:x, capability:x, capability:x:and-another, verifier:x, or verifier:x:its-own-name',
      ),
    state: z.enum(checkStates).describe('warned: not as it should be, but the job can do without'),
    reason: z.string(),
    remedy: z.string().nullable().describe('what to do about it; null when it passed'),
    latency_ms: z.number().min(0),
  })
  .meta({ id: 'ReadinessCheck' });

export type ReadinessCheck = z.output<typeof ReadinessCheck>;

export const Readiness = z
  .strictObject({
    is_ready: z.boolean().describe('no check failed'),
    checks_passed: z.int().min(0),
    checks_failed: z.int().min(0),
    missing_tools: z.array(z.string()),
    missing_resources: z.array(z.string()),
    warnings: z.array(z.string()),
    checks: z.array(ReadinessCheck),
    waits_for: z.string().nullable().describe('what has to change first; null when the job is ready'),
  })
  .meta({ id: 'Readiness' });

export type Readiness = z.output<typeof Readiness>;

/** What one check found, before it is known how long it took. */
export type Finding = Omit<ReadinessCheck, 'latency_ms'>;

export const passed = (name: string, reason: string): Finding => ({ name, state: 'passed', reason, remedy: null });

export const failed = (name: string, reason: string, remedy: string): Finding => ({
  name,
  state: 'failed',
  reason,
  remedy,
});

export const warned = (name: string, reason: string, remedy: string): Finding => ({
  name,
  state: 'warned',
  reason,
  remedy,
});

/** The failure of something that the job can do without is a warning. */
export const easedIf = <Check extends Finding>(optional: boolean, check: Check): Check =>
  optional && check.state === 'failed' ? { ...check, state: 'warned' } : check;

/** The checks, and what follows from them. */
export function readinessOf(checks: ReadinessCheck[]): Readiness {
  const failures = checks.filter(({ state }) => state === 'failed');
  const [first] = failures;
  return {
    is_ready: first === undefined,
    checks_passed: checks.filter(({ state }) => state === 'passed').length,
    checks_failed: failures.length,
    missing_tools: missing(failures, 'tool:'),
    missing_resources: missing(failures, 'resource:'),
    warnings: checks
      .filter(({ state }) => state === 'warned')
      .map(({ reason, remedy }) => [reason, remedy].filter(Boolean).join(' ')),
    checks,
    waits_for: first === undefined ? null : awaitedBy(first.name),
  };
}

const missing = (failures: ReadinessCheck[], kind: string): string[] => [
  ...new Set(failures.filter(({ name }) => name.startsWith(kind)).map(({ name }) => name.slice(kind.length))),
];

/**
 * A verifier's own checks have a third part; what changes is the verifier's to say. Of several capabilities the first is
 * waited for.
 */
const awaitedBy = (name: string): string => name.split(':', 2).join(':');
