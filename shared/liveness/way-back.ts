/** How an isolated agent comes back, or does not. Pure. */
import { stateAt, type Agent } from '../agents/agent.ts';

const mostTries = 3;

export interface Look {
  /** 1 for the first. */
  tries: number;
  /** What speaks against it; null: nothing. */
  fault: string | null;
  interval_seconds: number;
}

export type Step = { is: 'recovered' } | { is: 'put off'; seconds: number } | { is: 'given up'; fault: string };

/** The first look comes an interval after the isolation; the second two later, the third four. */
export const firstLookSeconds = (interval_seconds: number): number => interval_seconds;

export function stepAfter({ tries, fault, interval_seconds }: Look): Step {
  if (fault === null) return { is: 'recovered' };
  if (tries >= mostTries) return { is: 'given up', fault };
  return { is: 'put off', seconds: interval_seconds * 2 ** tries };
}

/** A good heartbeat of an agent without an endpoint: since its isolation, and not long ago. */
export function silenceOf(
  { last_seen_at }: Pick<Agent, 'last_seen_at'>,
  { began_at, at, interval_seconds }: { began_at: Date; at: Date; interval_seconds: number },
): string | null {
  if (last_seen_at === null || last_seen_at <= began_at) return 'no heartbeat since it was isolated';
  const isAlive = stateAt({ state: 'active', last_seen_at }, at, interval_seconds) === 'active';
  return isAlive ? null : `no heartbeat since ${last_seen_at.toISOString()}`;
}
