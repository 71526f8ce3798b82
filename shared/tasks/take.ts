/** Takes tasks for an agent: up to what it has room for, over its queues, most urgent and oldest first. */
import { leaseSeconds, type Agent } from '../agents/agent.ts';
import type { Reads, Tx } from '../platform/platform.ts';
import {
  headOfQueue,
  leasesOfClaim,
  openingRows,
  placesInQueue,
  takeRows,
  type OpeningRow,
  type Place,
} from './store/claims.ts';
import type { Task } from './task.ts';
import { tellTaken } from './tell.ts';

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
    room: first.max_concurrent_tasks - (first.live ?? 0),
    queue_ids: queueIds(rows),
    open_queue_ids: queueIds(rows.filter(({ next_task }) => next_task !== null)),
  };
}

const queueIds = (rows: readonly OpeningRow[]): string[] => rows.flatMap(({ queue_id }) => queue_id ?? []);

/** Whether a claim would find anything. */
export const isOpen = ({ repeated, room, open_queue_ids }: Openings): boolean =>
  repeated || (room > 0 && open_queue_ids.length > 0);

/**
 * The agent's row is locked: its claims come one after the other, so it never holds more than it may. The same
 * claim gives its live leases again. Two statements and one for each queue that has work; of several queues one more
 * for each, which looks at their heads: only what is taken is locked, for others would pass over the rest meanwhile.
 */
export async function takeTasks(tx: Tx, asked: Asked): Promise<LeasedTask[]> {
  const openings = await openingsOf(tx, asked);
  if (openings === undefined) return [];
  if (openings.repeated) return (await leasesOfClaim(tx, asked)) as LeasedTask[]; // running tasks have a lease
  const count = Math.min(asked.max, openings.room);
  if (count <= 0) return [];
  const heads: Task[] = [];
  for (const [queue_id, limit] of await shares(tx, openings.open_queue_ids, count))
    heads.push(...(await headOfQueue(tx, { queue_id, limit })));
  return takeThese(tx, asked, heads.toSorted(byUrgency));
}

/** How many of the `count` most urgent tasks each queue has; those that have none are left out. */
async function shares(tx: Tx, queue_ids: readonly string[], count: number): Promise<Map<string, number>> {
  const [only, ...others] = queue_ids;
  if (only === undefined) return new Map();
  if (others.length === 0) return new Map([[only, count]]);
  const seen: Place[] = [];
  for (const queue_id of queue_ids) seen.push(...(await placesInQueue(tx, { queue_id, limit: count })));
  const first = seen.toSorted(byUrgency).slice(0, count);
  return new Map([...Map.groupBy(first, ({ queue_id }) => queue_id)].map(([id, places]) => [id, places.length]));
}

const byUrgency = (a: Place, b: Place): number =>
  a.priority - b.priority || compare(a.place, b.place) || compare(a.id, b.id);

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

async function takeThese(tx: Tx, { agent_id, claim_id }: Asked, tasks: Task[]): Promise<LeasedTask[]> {
  if (tasks.length === 0) return [];
  const lease_seconds = leaseSeconds(tx.config);
  const ids = tasks.map(({ id }) => id);
  const got = await takeRows(tx, ids, { agent_id, claim_id, lease_seconds });
  const taken = tasks.filter(({ id }) => got.has(id));
  tellTaken(tx, taken);
  return taken.map((task) => ({
    ...task,
    fence: task.fence + 1,
    attempts: task.attempts + 1,
    lease_until: new Date(tx.at.getTime() + Math.min(lease_seconds, task.time_limit_seconds) * 1000),
  }));
}
