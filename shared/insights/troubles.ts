/** What stands still among agents, queues, mailboxes and channels, in words; none where all is well. */
import type { Reads } from '../platform/platform.ts';
import { agentsOut, freshDead, fullMailboxes, refusedOfLate, unservedQueues } from './store/troubles.ts';

const hourSeconds = 3600;
const daySeconds = 24 * hourSeconds;

/** Of three missed heartbeats an agent counts as lost. */
const lostFor = ({ config }: Reads) => ({ from_now_seconds: -3 * config.AGENT_HEARTBEAT_INTERVAL });

/** Agents that take no work. */
export const agentTroubles = async (reads: Reads): Promise<string[]> =>
  (await agentsOut(reads, lostFor(reads))).map(({ id, state, last_seen_at }) => {
    if (state === 'isolated') return `${id} is isolated`;
    return last_seen_at === null ? `${id} has never called` : `${id} is silent`;
  });

/** Tasks that nobody who is alive may take. */
export const queueTroubles = async (reads: Reads): Promise<string[]> =>
  (await unservedQueues(reads, lostFor(reads))).map(
    ({ queue_id, count }) => `${tasks(count)} in ${queue_id}, which nobody alive serves`,
  );

/** Messages that nobody has received for an hour, and what was given up within a day. */
export async function mailboxTroubles(reads: Reads): Promise<string[]> {
  const lying = await fullMailboxes(reads, { from_now_seconds: -hourSeconds });
  const dead = await freshDead(reads, { from_now_seconds: -daySeconds });
  return [
    ...lying.map(({ mailbox, count }) => `${count} for over an hour in ${mailbox}`),
    ...dead.map(({ mailbox, count }) => `${count} given up in ${mailbox}`),
  ];
}

/** Messages that no channel allowed, of senders who have tried within a day. */
export const channelTroubles = async (reads: Reads): Promise<string[]> =>
  (await refusedOfLate(reads, { from_now_seconds: -daySeconds })).map(
    ({ from_id, type, to_role, times }) => `${from_id} may not send ${type} to ${to_role} (${times} times)`,
  );

const tasks = (count: number): string => (count === 1 ? '1 task' : `${count} tasks`);
