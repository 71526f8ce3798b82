/** completeTask: the holder has a result; it may claim the next in the same call. */
import type { Caller } from '../access/caller.ts';
import { lockCalling } from '../agents/store.ts';
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
import { claimingAfter } from './take.ts';
import type { TaskState } from './task.ts';
import { tellWaits } from './tell.ts';

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
  const held = { id: task_id, fence, holder_id: caller.id };
  const { settled, tasks } = await complete(platform, { ...held, ...spent, output }, prefetch);
  const { state, stop_reason } = settled;
  return { task_id, state, stop_reason, tasks: await openTasks(platform, tasks) };
}

type Report = Held & Spent & { output: Record<string, Json> };

/** Safe to repeat: the second time it hits nothing, and what the first has written is its answer. */
async function complete(platform: Platform, report: Report, prefetch: Prefetch | undefined) {
  const { row, tasks } = await (prefetch === undefined
    ? settleAlone(platform, report)
    : settleAndTake(platform, report, prefetch));
  const settled: SettledRow = row ?? (await firstAnswer(platform.db.read, report, ends));
  ring(platform, 'execute', settled.job_id); // where no answer comes, the sweep looks after the job
  return { settled, tasks };
}

async function settleAlone({ db }: Platform, report: Report) {
  const [[row]] = await db.batch('completeTask', (tx) => {
    tx.hint(roomHint(report.holder_id));
    return [updateCompleted(tx, report)];
  });
  return { row, tasks: [] };
}

async function settleAndTake({ db, telemetry }: Platform, report: Report, prefetch: Prefetch) {
  const asked = { agent_id: report.holder_id, ...prefetch };
  const [agent, [row], , tasks] = await db.batch('completeTask', (tx) => {
    tx.hint(roomHint(asked.agent_id));
    return [
      lockCalling(tx, { id: asked.agent_id }),
      updateCompleted(tx, report),
      ...claimingAfter(tx, asked, report),
    ] as const;
  });
  if (agent !== undefined) tellWaits(telemetry, tasks, new Date(agent.at));
  return { row, tasks };
}
