/** claimTasks: an agent takes work, or waits for it. */
import type { Caller } from '../access/caller.ts';
import { isSeenLate, noteSeen } from '../agents/note-seen.ts';
import { poll, type Look } from '../platform/bells/poll.ts';
import { lockAgent } from '../agents/store.ts';
import { refuse } from '../outcomes.ts';
import { newId } from '../platform/ids.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import type { ClaimedTask, ClaimInput } from './lease.ts';
import { openTasks } from './open-input.ts';
import { queueHint, roomHint } from './queue-name.ts';
import { isOpen, openingsOf, takeTasks, type Asked, type LeasedTask, type Openings } from './take.ts';

export interface Claim extends ClaimInput {
  agent_id: string;
  /** Ends the wait. */
  signal?: AbortSignal | undefined;
}

/**
 * Gives up to `max` tasks, each with a lease of three heartbeat intervals; none when nothing came in time.
 * Refuses `not_found` to another agent, and `agent_not_active`.
 */
export async function claimTasks(
  platform: Platform,
  caller: Caller,
  { agent_id, max, wait_seconds, signal, ...given }: Claim,
): Promise<{ tasks: ClaimedTask[] }> {
  if (caller.id !== agent_id) refuse('not_found');
  const claim_id = given.claim_id ?? newId('claim', platform.clock.now(), platform.random);
  const asked = { agent_id, claim_id, max };
  const taken = await poll(platform, { wait_seconds, signal }, () => look(platform, asked));
  return { tasks: await openTasks(platform, taken) };
}

/** Reads first: while there is nothing to take, no transaction is opened, but for a sign of life now and then. */
async function look(platform: Platform, asked: Asked): Promise<Look<LeasedTask>> {
  const openings = await openingsOf(platform.db.read, asked);
  if (openings === undefined) refuse('not_found');
  if (openings.agent.state !== 'active') refuse('agent_not_active');
  const topics = [roomHint(asked.agent_id), ...openings.queue_ids.map(queueHint)];
  const calls = isOpen(openings) || isUnseen(platform, openings);
  return { found: calls ? await callIn(platform, asked) : [], topics };
}

const isUnseen = ({ config }: Platform, { agent, at }: Openings): boolean =>
  isSeenLate(agent, at, config.AGENT_HEARTBEAT_INTERVAL);

const callIn = ({ db, telemetry }: Platform, asked: Asked): Promise<LeasedTask[]> =>
  telemetry.span({ name: 'take', measure: 'muster.claim.duration' }, () =>
    db.transaction('claimTasks', (tx) => callAndTake(tx, asked)),
  );

/** The agent's row first; nothing is taken by an agent that may not. */
async function callAndTake(tx: Tx, asked: Asked): Promise<LeasedTask[]> {
  const agent = await lockAgent(tx, { id: asked.agent_id });
  if (agent?.state !== 'active') refuse('agent_not_active');
  if (isSeenLate(agent, tx.at, tx.config.AGENT_HEARTBEAT_INTERVAL)) await noteSeen(tx, agent, agent.load);
  return takeTasks(tx, asked);
}
