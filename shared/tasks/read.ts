/** Tasks as callers see them: agents what is addressed to them or was theirs, readers all. */
import type { Caller } from '../access/caller.ts';
import { mayReadAll } from '../access/permissions.ts';
import { refuse } from '../outcomes.ts';
import type { Platform } from '../platform/platform.ts';
import { findTask, listTaskRows, type TaskFilter } from './store.ts';
import { taskAnswer, type TaskAnswer } from './task.ts';

/** Newest first. Sealed values stay sealed. */
export async function listTasks(
  platform: Platform,
  caller: Caller,
  filter: Omit<TaskFilter, 'seen_by'>,
): Promise<TaskAnswer[]> {
  const seen_by = mayReadAll(caller) ? undefined : caller.id;
  return (await listTaskRows(platform.db.read, { ...filter, seen_by })).map(taskAnswer);
}

/** Refuses `not_found`, also an agent that has nothing to do with the task. */
export async function getTask(
  platform: Platform,
  caller: Caller,
  { task_id }: { task_id: string },
): Promise<TaskAnswer> {
  const task = await findTask(platform.db.read, { id: task_id });
  if (task === undefined || !(mayReadAll(caller) || [task.agent_id, task.holder_id].includes(caller.id)))
    refuse('not_found');
  return taskAnswer(task);
}
