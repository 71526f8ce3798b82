/** How long a check took. */
import type { Clock } from '../platform/platform.ts';
import type { Finding, ReadinessCheck } from './readiness.ts';

/** Gives each finding the time that all of them took together. */
export async function timed(clock: Clock, find: () => Promise<Finding[]>): Promise<ReadinessCheck[]> {
  const began = clock.now().getTime();
  const findings = await find();
  const latency_ms = Math.max(0, clock.now().getTime() - began); // the clock may be set back meanwhile
  return findings.map((finding) => ({ ...finding, latency_ms }));
}
