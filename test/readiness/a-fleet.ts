/** Agents that readiness looks at. */
import type { AgentState } from '../../shared/agents/agent.ts';
import { moveAgent } from '../../shared/agents/move-agent.ts';
import { noteSeen } from '../../shared/agents/note-seen.ts';
import { putAgent } from '../../shared/agents/put-agent.ts';
import { lockAgent } from '../../shared/agents/store.ts';
import { ensureAdmin } from '../../shared/access/first-admin.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import type { Json } from '../../shared/platform/wire.ts';
import { admin } from '../tools/a-tool.ts';
import type { World } from '../world.ts';

export async function registered({ platform }: World, ...ids: string[]): Promise<void> {
  await ensureAdmin(platform);
  for (const agent_id of ids)
    await platform.db.transaction('putAgent', (tx) =>
      putAgent(tx, admin, { put: { agent_id, max_concurrent_tasks: 2 }, endpoint_secret_id: null }),
    );
}

/** A heartbeat of each. */
export async function seen(
  { platform }: World,
  ids: readonly string[],
  load: Record<string, Json> | null = null,
): Promise<void> {
  for (const id of ids)
    await platform.db.transaction('seen', async (tx) =>
      noteSeen(tx, await found(tx, id), { load, measured_capacity: null }),
    );
}

export async function alive(world: World, ...ids: string[]): Promise<void> {
  await registered(world, ...ids);
  await seen(world, ids);
}

export const moved = ({ platform }: World, id: string, state: AgentState) =>
  platform.db.transaction('moved', async (tx) =>
    moveAgent(tx, await found(tx, id), { is: { state }, happening: { type: state, actor: 'admin', data: {} } }),
  );

async function found(tx: Parameters<Parameters<Platform['db']['transaction']>[1]>[0], id: string) {
  const agent = await lockAgent(tx, { id });
  if (agent === undefined) throw new Error(`there is no agent ${id}`);
  return agent;
}
