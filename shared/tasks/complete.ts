/** completeTask: the holder has a result; it may claim the next in the same call. */
import type { Caller } from '../access/caller.ts';
import { lockAgent } from '../agents/store.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import type { Json } from '../platform/wire.ts';
import { firstAnswer } from './first-answer.ts';
import { openTasks } from './open-input.ts';
import { roomHint } from './queue-name.ts';
import type { Completion, SettledAnswer } from './report.ts';
import { spentOf } from './spent.ts';
import { updateCompleted, type Held, type SettledRow, type Spent } from './store/settle.ts';
import { takeTasks } from './take.ts';

/**
 * Ends the task as `succeeded`, or `cancelled` when it was told to stop. One statement, with `prefetch` one batch
 * that begins with the agent's row. A repeat gives the first answer. Refuses `not_found` and `lease_lost`.
 */
export async function completeTask(
  platform: Platform,
  caller: Caller,
  { task_id, fence, output, usage, prefetch }: Completion,
): Promise<SettledAnswer> {
  const spent = await spentOf(platform.db.read, caller.id, usage);
  const held = { id: task_id, fence, holder_id: caller.id };
  const { settled, taken } = await platform.db.transaction('completeTask', async (tx) => {
    const agent = prefetch === undefined ? undefined : await lockAgent(tx, { id: caller.id });
    const settled = await complete(tx, { ...held, ...spent, output });
    const next = prefetch !== undefined && agent?.state === 'active' ? { agent_id: agent.id, ...prefetch } : undefined;
    return { settled, taken: next === undefined ? [] : await takeTasks(tx, next) };
  });
  const { state, stop_reason } = settled;
  return { task_id, state, stop_reason, tasks: await openTasks(platform, taken) };
}

async function complete(tx: Tx, report: Held & Spent & { output: Record<string, Json> }): Promise<SettledRow> {
  const [row] = await updateCompleted(tx, report);
  if (row === undefined) return firstAnswer(tx, report, ['succeeded', 'cancelled']);
  tx.ring('execute', row.job_id);
  tx.hint(roomHint(report.holder_id));
  return row;
}
