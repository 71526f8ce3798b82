/** How many agents there are, and how many of them are alive. */
import { stateAt } from '../agents/agent.ts';
import { agentsAfter } from '../agents/store.ts';
import { databaseTime } from '../platform/database/time.ts';
import type { Reads } from '../platform/platform.ts';

/** The first so many by name are looked at. */
const most = 500;

/** Retired agents do not count; alive are those that have reported in time. */
export async function registryStanding(reads: Reads): Promise<{ registered: number; alive: number }> {
  const at = await databaseTime(reads);
  const states = (await agentsAfter(reads, { after: '', limit: most })).map((agent) =>
    stateAt(agent, at, reads.config.AGENT_HEARTBEAT_INTERVAL),
  );
  const registered = states.filter((state) => state !== 'retired');
  return { registered: registered.length, alive: registered.filter((state) => state !== 'lost').length };
}
