/** getCoordinationStatistics: how much agents have to do, and how much they could. */
import { z } from 'zod';
import type { Platform } from '../platform/platform.ts';
import { agentsAtWork, assignedTasks, liveTasks } from './store/coordination.ts';
import { tasksByState } from './store/figures.ts';
import { byState } from './statistics.ts';

export const CoordinationStatistics = z
  .strictObject({
    assigned: z.int().describe('tasks that may be, or were, taken: all but those that wait for others'),
    assigned_by_supervisors: z.int().describe('of them, those that supervisors have added to a plan'),
    completed: z.int(),
    failed: z.int(),
    running: z.int(),
    queued: z.int().describe('with those that wait for another try'),
    active_agents: z.int(),
    load: z
      .strictObject({
        held: z.int().describe('live leases'),
        room: z.int().describe('tasks that the active agents may hold at once'),
        share: z.number().nullable().describe('held of room; null: there is no room'),
      })
      .describe('of the active agents together'),
  })
  .meta({ id: 'CoordinationStatistics' });

/** Of all tasks that are not archived. An agent is active while it calls in. */
export async function getCoordinationStatistics({
  db: { read },
  config,
}: Platform): Promise<z.output<typeof CoordinationStatistics>> {
  const tasks = byState(await tasksByState(read, {}));
  const of = (...states: string[]) => states.reduce((sum, state) => sum + (tasks[state] ?? 0), 0);
  const since = { from_now_seconds: -1.5 * config.AGENT_HEARTBEAT_INTERVAL };
  const agents = await agentsAtWork(read, since);
  const { active, room } = { active: agents?.count ?? 0, room: agents?.room ?? 0 };
  const held = (await liveTasks(read, since))?.count ?? 0;
  return {
    assigned: of('queued', 'delayed', 'running', 'succeeded', 'failed'),
    assigned_by_supervisors: (await assignedTasks(read, {}))?.count ?? 0,
    completed: of('succeeded'),
    failed: of('failed'),
    running: of('running'),
    queued: of('queued', 'delayed'),
    active_agents: active,
    load: { held, room, share: room === 0 ? null : held / room },
  };
}
