/** heartbeat: an agent says that it lives and what it holds, and hears what of that is still its own. */
import type { Caller } from '../access/caller.ts';
import { leaseSeconds } from '../agents/agent.ts';
import { noteSeen } from '../agents/note-seen.ts';
import { lockAgent } from '../agents/store.ts';
import { refuse } from '../outcomes.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { judgeLeases } from './judge-leases.ts';
import type { HeartbeatAnswer, HeartbeatInput } from './lease.ts';
import { roomHint } from './queue-name.ts';
import { lockHeldBy, renewLeases } from './store/leases.ts';
import { takeBack } from './sweep.ts';

interface Beat extends HeartbeatInput {
  agent_id: string;
}

/**
 * One batch that begins with the agent's row: renews its live leases, takes back those older than an interval
 * that it does not list. Refuses `not_found` to another agent, and `agent_not_active` to a retired one.
 */
export function heartbeat(platform: Platform, caller: Caller, input: Beat): Promise<HeartbeatAnswer> {
  if (caller.id !== input.agent_id) refuse('not_found');
  return platform.db.transaction('heartbeat', (tx) => beat(tx, input));
}

async function beat(tx: Tx, { agent_id, load, capacity, fences }: Beat): Promise<HeartbeatAnswer> {
  const [agent, held] = await Promise.all([lockAgent(tx, { id: agent_id }), lockHeldBy(tx, { agent_id })]);
  if (agent === undefined) refuse('not_found');
  if (agent.state === 'retired') refuse('agent_not_active');
  const { invalid, stops, unknown } = judgeLeases(held, fences, {
    at: tx.at,
    interval_seconds: tx.config.AGENT_HEARTBEAT_INTERVAL,
  });
  if (unknown.length > 0) await takeBack(tx, unknown);
  const said = {
    load: load === undefined ? agent.load : load,
    measured_capacity: capacity === undefined ? agent.measured_capacity : capacity,
  };
  if (said.measured_capacity !== agent.measured_capacity) tx.hint(roomHint(agent_id));
  const renewing =
    held.length > unknown.length ? [renewLeases(tx, { agent_id, seconds: leaseSeconds(tx.config) })] : [];
  await Promise.all([...renewing, noteSeen(tx, agent, said)]);
  return { invalid, stops, drain: agent.state !== 'active' };
}
