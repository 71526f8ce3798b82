/** completeTask: the holder has a result; it may claim the next in the same call. */
import type { Caller } from '../access/caller.ts';
import { lockAgent } from '../agents/store.ts';
import { ring } from '../platform/bells/ring.ts';
import type { Platform } from '../platform/platform.ts';
import type { Json } from '../platform/wire.ts';
import { firstAnswer } from './first-answer.ts';
import type { Prefetch } from './lease.ts';
import { openTasks } from './open-input.ts';
import { roomHint } from './queue-name.ts';
import type { Completion, SettledAnswer } from './report.ts';
import { spentOf } from './spent.ts';
import { updateCompleted, type Held, type SettledRow, type Spent } from './store/settle.ts';
import { takeTasks } from './take.ts';
import type { TaskState } from './task.ts';

/** What a completion settles a task in. */
const ends: readonly TaskState[] = ['succeeded', 'cancelled'];

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
  const report = { id: task_id, fence, holder_id: caller.id, ...spent, output };
  const { settled, taken } =
    prefetch === undefined
      ? { settled: await complete(platform, report), taken: [] }
      : await completeAndTake(platform, report, prefetch);
  const { state, stop_reason } = settled;
  return { task_id, state, stop_reason, tasks: await openTasks(platform, taken) };
}

type Report = Held & Spent & { output: Record<string, Json> };

/** Safe to repeat: the second time it hits nothing, and what the first has written is its answer. */
async function complete(platform: Platform, report: Report): Promise<SettledRow> {
  const [[row]] = await platform.db.batch('completeTask', (tx) => [updateCompleted(tx, report)]);
  const settled = row ?? (await firstAnswer(platform.db.read, report, ends));
  ring(platform, 'execute', settled.job_id);
  platform.hints.tell(roomHint(report.holder_id));
  return settled;
}

const completeAndTake = (platform: Platform, report: Report, prefetch: Prefetch) =>
  platform.db.transaction('completeTask', async (tx) => {
    const agent = await lockAgent(tx, { id: report.holder_id });
    const [row] = await updateCompleted(tx, report);
    const settled = row ?? (await firstAnswer(tx, report, ends));
    tx.ring('execute', settled.job_id);
    tx.hint(roomHint(report.holder_id));
    const next = agent?.state === 'active' ? { agent_id: agent.id, ...prefetch } : undefined;
    return { settled, taken: next === undefined ? [] : await takeTasks(tx, next) };
  });
