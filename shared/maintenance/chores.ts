/** What the maintenance does, in this order, in batches that end where a batch finds less than it could take. */
import { musterActor } from '../access/caller.ts';
import { deleteOldKeys } from '../access/store/idempotency.ts';
import { lockAgent, silentAgents } from '../agents/store.ts';
import { forgetMessages } from '../messages/forget.ts';
import { endedJobs } from '../jobs/store/queries.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { archiveJobs } from '../road/archive.ts';
import { exportArchived } from '../road/export-archived.ts';
import { markExported } from '../road/store/archive.ts';
import { retire } from '../tasks/retire-agent.ts';
import { deleteOldDeliveries, keptSeconds } from '../webhooks/store/deliveries.ts';

const daySeconds = 86_400;

export const choreNames = [
  'idempotency_keys_deleted',
  'messages_deleted',
  'dead_letters_deleted',
  'deliveries_deleted',
  'agents_retired',
  'jobs_archived',
  'jobs_exported',
] as const;
type ChoreName = (typeof choreNames)[number];

/** How much of each has been done; what has not been begun is missing. */
export type Counts = Partial<Record<ChoreName, number>>;

export interface Chore {
  name: ChoreName;
  /** In one batch. */
  most: number;
  /** Before the batch: gives what it is to look at, which may have changed by then; the chore ends when there is nothing. */
  find?: (platform: Platform, limit: number) => Promise<string[]>;
  /** Gives how many it has done. */
  batch: (tx: Tx, given: { found: readonly string[]; limit: number }) => Promise<number>;
}

/** Rows of one table, whose deletion takes milliseconds; and jobs, which are many rows each. */
const rowsAtOnce = 1000;
const jobsAtOnce = 16;

export const chores: readonly Chore[] = [
  {
    name: 'idempotency_keys_deleted',
    most: rowsAtOnce,
    batch: async (tx, { limit }) => (await deleteOldKeys(tx, { from_now_seconds: -daySeconds, limit })).length,
  },
  {
    name: 'messages_deleted',
    most: rowsAtOnce,
    batch: (tx, { limit }) =>
      forgetMessages(tx, { state: 'acknowledged', seconds: tx.config.MESSAGE_RETENTION, limit }),
  },
  {
    name: 'dead_letters_deleted',
    most: rowsAtOnce,
    batch: (tx, { limit }) => forgetMessages(tx, { state: 'dead', seconds: tx.config.DEAD_LETTER_RETENTION, limit }),
  },
  {
    name: 'deliveries_deleted',
    most: rowsAtOnce,
    batch: async (tx, { limit }) => (await deleteOldDeliveries(tx, { from_now_seconds: -keptSeconds, limit })).length,
  },
  {
    name: 'agents_retired',
    most: 1, // who locks two goes by their ids
    find: ({ db: { read }, config }, limit) =>
      silentAgents(read, { from_now_seconds: -config.AGENT_RETIRED_AFTER, limit }).then(idsOf),
    batch: retireSilent,
  },
  {
    name: 'jobs_archived',
    most: jobsAtOnce,
    find: ({ db: { read }, config }, limit) =>
      endedJobs(read, { from_now_seconds: -config.ARCHIVE_AFTER, limit }).then(idsOf),
    batch: (tx, { found }) => archiveJobs(tx, found),
  },
  {
    name: 'jobs_exported',
    most: 100, // in one file, or fewer where they are large
    find: exportArchived,
    batch: async (tx, { found }) => (await markExported(tx, found)).length,
  },
];

const idsOf = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);

/** An agent with an endpoint is called, so it may be silent; one that has never called may have been registered early. */
async function retireSilent(tx: Tx, { found: [id] }: { found: readonly string[] }): Promise<number> {
  const agent = id === undefined ? undefined : await lockAgent(tx, { id });
  const since = agent?.last_seen_at;
  if (agent === undefined || agent.state === 'retired' || since === null || since === undefined) return 0;
  if (tx.at.getTime() - since.getTime() < tx.config.AGENT_RETIRED_AFTER * 1000) return 0; // it has called meanwhile
  await retire(tx, agent, { actor: musterActor, data: { silent_since: since.toISOString() } });
  return 1;
}
