/** Which of the leases that an agent lists are its own, which must stop, and of which it does not know. */
import type { Fence } from './lease.ts';
import type { Task } from './task.ts';

export type HeldLease = Pick<Task, 'id' | 'fence' | 'lease_until' | 'started_at' | 'stop_at' | 'stop_reason'>;

export interface Judgement {
  invalid: Fence[];
  stops: { task_id: string; reason: string }[];
  /** Live, older than an interval, and not listed: the answer to its claim was lost. */
  unknown: HeldLease[];
}

/** `held` is what the database knows. A lease that ran out is not the agent's any more, though nobody took it yet. */
export function judgeLeases(
  held: readonly HeldLease[],
  listed: readonly Fence[],
  { at, interval_seconds }: { at: Date; interval_seconds: number },
): Judgement {
  const byId = new Map(held.map((lease) => [lease.id, lease]));
  const own = ({ task_id, fence }: Fence) => (byId.get(task_id)?.fence === fence ? byId.get(task_id) : undefined);
  const isListed = new Set(listed.flatMap((fence) => own(fence)?.id ?? []));
  const known = at.getTime() - interval_seconds * 1000;
  return {
    invalid: listed.filter((fence) => isOver(own(fence), at)),
    stops: listed.flatMap((fence) => stopOf(own(fence), at)),
    unknown: held.filter(
      (lease) => !isListed.has(lease.id) && isLive(lease, at) && (lease.started_at?.getTime() ?? 0) <= known,
    ),
  };
}

const isLive = ({ lease_until }: HeldLease, at: Date): boolean => lease_until !== null && lease_until > at;

const isOver = (lease: HeldLease | undefined, at: Date): boolean =>
  lease === undefined || (!isLive(lease, at) && reasonToStop(lease, at) === null);

function stopOf(lease: HeldLease | undefined, at: Date): Judgement['stops'] {
  const reason = lease === undefined ? null : reasonToStop(lease, at);
  return lease === undefined || reason === null ? [] : [{ task_id: lease.id, reason }];
}

const reasonToStop = ({ stop_reason, stop_at }: HeldLease, at: Date): string | null =>
  stop_reason ?? (stop_at !== null && stop_at <= at ? 'time_limit' : null);
