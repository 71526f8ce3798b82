/** failTask: an attempt did not succeed; another follows later, or the task is over. */
import type { Caller } from '../access/caller.ts';
import { backoffSeconds } from '../platform/database/due-work.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { mask } from '../platform/telemetry/mask.ts';
import { firstAnswer } from './first-answer.ts';
import { roomHint } from './queue-name.ts';
import type { Failure, SettledAnswer } from './report.ts';
import { spentOf } from './spent.ts';
import { lockTask } from './store.ts';
import { updateFailed, type Held, type Spent } from './store/settle.ts';
import type { Task } from './task.ts';
import { tellAttempts } from './tell.ts';

/**
 * `delayed` while attempts are left (1 s to 5 min, exponential with full jitter), else `failed`, which is the dead
 * letter; `cancelled` when it was told to stop. A repeat gives the first answer. Refuses `not_found` and `lease_lost`.
 */
export async function failTask(
  platform: Platform,
  caller: Caller,
  { task_id, fence, error, retryable, usage }: Failure,
): Promise<SettledAnswer> {
  const spent = await spentOf(platform.db.read, caller.id, usage);
  const held = { id: task_id, fence, holder_id: caller.id };
  const failure = { error: mask(error), retryable, fraction: platform.random.fraction() };
  const { state, stop_reason } = await platform.db.transaction('failTask', (tx) => fail(tx, { held, spent, failure }));
  return { task_id, state, stop_reason, tasks: [] };
}

interface Attempt {
  error: string;
  retryable: boolean;
  /** In [0, 1): how much of the backoff is waited. */
  fraction: number;
}

async function fail(tx: Tx, { held, spent, failure }: { held: Held; spent: Spent; failure: Attempt }) {
  const task = await lockTask(tx, { id: held.id });
  const state = task === undefined ? 'failed' : stateAfter(task, failure);
  const hit = await updateFailed(tx, {
    ...held,
    ...spent,
    state,
    last_error: failure.error,
    place: tx.newId('task'), // behind those that wait already
    due_in_seconds: state === 'delayed' ? backoffSeconds(task?.attempts ?? 0, failure.fraction) : null,
    ended_at: state === 'delayed' ? null : tx.at,
  });
  if (task === undefined || hit.length === 0) return firstAnswer(tx, held, ['delayed', 'failed', 'cancelled']);
  if (state === 'delayed') tellAttempts(tx, hit);
  else tx.ring('execute', task.job_id);
  tx.hint(roomHint(held.holder_id));
  return { ...task, state };
}

/** What becomes of a running task whose attempt has failed. */
export function stateAfter(
  { stop_reason, attempts, max_attempts }: Pick<Task, 'stop_reason' | 'attempts' | 'max_attempts'>,
  { retryable }: Pick<Attempt, 'retryable'>,
): 'delayed' | 'failed' | 'cancelled' {
  if (stop_reason !== null) return 'cancelled';
  return retryable && attempts < max_attempts ? 'delayed' : 'failed';
}
