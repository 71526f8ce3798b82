/** Takes tasks for an agent: up to what it has room for, over its queues, most urgent and oldest first. */
import { leaseSeconds, type Agent } from '../agents/agent.ts';
import { seenSeconds } from '../agents/note-seen.ts';
import { lockCalling, noteCall } from '../agents/store.ts';
import type { Reads, Writes } from '../platform/platform.ts';
import { leasesOfClaim, openingRows, take, takeAfter, type OpeningRow } from './store/claims.ts';
import type { Held } from './store/settle.ts';
import type { Task } from './task.ts';

/** A task in the hands of its holder. */
export type LeasedTask = Task & { lease_until: Date };

export interface Asked {
  agent_id: string;
  claim_id: string;
  max: number;
}

/** What an agent could take now. */
export interface Openings {
  agent: Pick<Agent, 'id' | 'state' | 'last_seen_at'>;
  /** The database's time. */
  at: Date;
  /** This claim holds something: a repeat. */
  repeated: boolean;
  /** How many more it may hold. */
  room: number;
  queue_ids: string[];
  /** Those that have work. */
  open_queue_ids: string[];
}

/** One statement; undefined where there is no such agent. */
export async function openingsOf(
  reads: Reads,
  asked: Pick<Asked, 'agent_id' | 'claim_id'>,
): Promise<Openings | undefined> {
  const rows = await openingRows(reads, asked);
  const [first] = rows;
  if (first === undefined) return undefined;
  return {
    agent: first,
    at: new Date(first.at),
    repeated: first.repeated !== null,
    room: first.may_hold - (first.live ?? 0),
    queue_ids: queueIds(rows),
    open_queue_ids: queueIds(rows.filter(({ next_task }) => next_task !== null)),
  };
}

const queueIds = (rows: readonly OpeningRow[]): string[] => rows.flatMap(({ queue_id }) => queue_id ?? []);

/** Whether a claim would find anything. */
export const isOpen = ({ repeated, room, open_queue_ids }: Openings): boolean =>
  repeated || (room > 0 && open_queue_ids.length > 0);

/**
 * The statements of a claim, in one batch: the agent's row is locked first, so its claims come one after the other and
 * it never holds more than it may. The same claim gives its live leases again. Safe to repeat.
 */
export const claiming = (tx: Writes, asked: Asked) =>
  [
    lockCalling(tx, { id: asked.agent_id }),
    noteCall(tx, { id: asked.agent_id, from_now_seconds: -seenSeconds(tx.config.AGENT_HEARTBEAT_INTERVAL) }),
    take(tx, takingOf(tx, asked)),
    leasesOf(tx, asked),
  ] as const;

/** The next claim in the batch that settles a task: it takes only once that is done. The agent's row is locked. */
export const claimingAfter = (tx: Writes, asked: Asked, settled: Held) =>
  [
    takeAfter(tx, { ...takingOf(tx, asked), settled_id: settled.id, settled_fence: settled.fence }),
    leasesOf(tx, asked),
  ] as const;

const takingOf = (tx: Writes, asked: Asked) => ({ ...asked, lease_seconds: leaseSeconds(tx.config) });

const leasesOf = (tx: Writes, asked: Asked): Promise<LeasedTask[]> => leasesOfClaim(tx, asked) as Promise<LeasedTask[]>; // running tasks have a lease
