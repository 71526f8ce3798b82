/** releaseTask: the holder gives a task back untried, for another to take. */
import type { Caller } from '../access/caller.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { firstAnswer } from './first-answer.ts';
import { queueHint, roomHint } from './queue-name.ts';
import type { Release, SettledAnswer } from './report.ts';
import { spentOf } from './spent.ts';
import { updateReleased, type Held, type SettledRow, type Spent } from './store/settle.ts';
import { tellAttempts } from './tell.ts';

/**
 * `queued` again in its old place, the attempt not counted; `cancelled` when it was told to stop. A repeat gives
 * the first answer. Refuses `not_found` and `lease_lost`.
 */
export async function releaseTask(
  platform: Platform,
  caller: Caller,
  { task_id, fence, usage }: Release,
): Promise<SettledAnswer> {
  const spent = await spentOf(platform.db.read, caller.id, usage);
  const held = { id: task_id, fence, holder_id: caller.id };
  const { state, stop_reason } = await platform.db.transaction('releaseTask', (tx) =>
    release(tx, { ...held, ...spent }),
  );
  return { task_id, state, stop_reason, tasks: [] };
}

async function release(tx: Tx, report: Held & Spent): Promise<SettledRow> {
  const [row] = await updateReleased(tx, report);
  if (row === undefined) return firstAnswer(tx, report, ['queued', 'cancelled']);
  if (row.state === 'cancelled') tx.ring('execute', row.job_id);
  else {
    tx.hint(queueHint(row.queue_id));
    tellAttempts(tx, [row]);
  }
  tx.hint(roomHint(report.holder_id));
  return row;
}
