/** What a report is answered that changed nothing: the first answer when it is a repeat, else that the lease is lost. */
import { refuse } from '../outcomes.ts';
import type { Reads } from '../platform/platform.ts';
import { findTask } from './store.ts';
import type { Held, SettledRow } from './store/settle.ts';
import type { TaskState } from './task.ts';

/** `as` are the states that this report settles a task in. Refuses `not_found` and `lease_lost`. */
export async function firstAnswer(reads: Reads, held: Held, as: readonly TaskState[]): Promise<SettledRow> {
  const task = await findTask(reads, { id: held.id });
  if (task === undefined) refuse('not_found');
  const { settled_as } = task;
  const sameHolder = task.fence === held.fence && task.holder_id === held.holder_id;
  if (!sameHolder || settled_as === null || !as.includes(settled_as)) refuse('lease_lost');
  return { ...task, state: settled_as };
}
