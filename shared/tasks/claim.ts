/** claimTasks: an agent takes work, or waits for it. */
import type { Caller } from '../access/caller.ts';
import { stateAt } from '../agents/agent.ts';
import { isSeenLate, wakeFor } from '../agents/note-seen.ts';
import { poll, type Look } from '../platform/bells/poll.ts';
import { ring } from '../platform/bells/ring.ts';
import { refuse } from '../outcomes.ts';
import { newId } from '../platform/ids.ts';
import type { Platform, Reads, Writes } from '../platform/platform.ts';
import type { ClaimedTask, ClaimInput } from './lease.ts';
import { openTasks } from './open-input.ts';
import { queueHint, roomHint } from './queue-name.ts';
import { claiming, isOpen, openingsOf, type Asked, type LeasedTask, type Openings } from './take.ts';
import { tellWaits } from './tell.ts';

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
  let looks = 0;
  const isLast = wait_seconds === 0;
  const found = await poll(platform, { wait_seconds, signal }, (isAlone) =>
    look(platform, asked, { isFirst: looks++ === 0, isLast, isAlone }),
  );
  return { tasks: await openTasks(platform, found) };
}

/**
 * The first look is the claim itself, unless looking costs nothing; the later ones of a long poll read, so that who
 * waits writes nothing. No transaction is opened while there is nothing to take, but for a sign of life now and then.
 */
async function look(
  platform: Platform,
  asked: Asked,
  { isFirst, isLast, isAlone }: Looking,
): Promise<Look<LeasedTask>> {
  const { db, clock, telemetry } = platform;
  const began = clock.now();
  let seen: Openings | undefined;
  const isWorth = async () => calls(platform, (seen = await openings(db.read, asked)));
  const start = (tx: Writes) => claiming(tx, asked);
  const later = async () => (isAlone || (await isWorth()) ? db.batch('claimTasks', start) : undefined);
  const answers = await (isFirst ? db.tryBatch('claimTasks', { look: isWorth, start }) : later());
  const found = answers === undefined ? [] : taken(platform, answers);
  if (found.length > 0)
    telemetry.measure('muster.claim.duration', (clock.now().getTime() - began.getTime()) / 1000, {});
  if (found.length > 0 || isLast) return { found, topics: [] };
  const { queue_ids } = seen ?? (await openings(db.read, asked));
  return { found, topics: [roomHint(asked.agent_id), ...queue_ids.map(queueHint)] };
}

interface Looking {
  isFirst: boolean;
  /** Nobody waits for news. */
  isLast: boolean;
  /** Nobody else has heard of the news: it is for this one, or for nobody. */
  isAlone: boolean;
}

/** Refuses `not_found` and `agent_not_active`. */
async function openings(reads: Reads, asked: Asked): Promise<Openings> {
  const found = await openingsOf(reads, asked);
  if (found === undefined) refuse('not_found');
  if (found.agent.state !== 'active') refuse('agent_not_active');
  return found;
}

const calls = ({ config }: Platform, seen: Openings): boolean =>
  isOpen(seen) || isSeenLate(seen.agent, seen.at, config.AGENT_HEARTBEAT_INTERVAL);

type Settled<Promises extends readonly unknown[]> = { [At in keyof Promises]: Awaited<Promises[At]> };

/** What a claim has got. Nothing was taken for an agent that may not. */
function taken(platform: Platform, [agent, , , leases]: Settled<ReturnType<typeof claiming>>): LeasedTask[] {
  if (agent === undefined) refuse('not_found');
  if (agent.state !== 'active') refuse('agent_not_active');
  const at = new Date(agent.at);
  if (stateAt(agent, at, platform.config.AGENT_HEARTBEAT_INTERVAL) !== 'active') {
    wakeFor({ ring: (bell, id) => ring(platform, bell, id) }, agent);
  }
  tellWaits(platform.telemetry, leases, at);
  return leases;
}
