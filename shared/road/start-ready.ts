/** What follows from the ends of tasks while a run goes on. */
import type { Tx } from '../platform/platform.ts';
import type { Job } from '../jobs/job.ts';
import { moveJob } from '../jobs/move.ts';
import type { Json } from '../platform/wire.ts';
import { noteEnded, releaseTasks } from '../tasks/queue.ts';
import type { Task } from '../tasks/task.ts';
import { tellEnded } from '../tasks/tell.ts';
import { newlyEnded } from './end-run.ts';
import { taskEnd } from './run-facts.ts';

interface Going {
  /** All tasks of the run, locked. */
  tasks: Task[];
  /** Those that wait for nothing any more, with their input. */
  ready: { id: string; input: Record<string, Json> }[];
}

/** Queues what is ready, and records those that have ended meanwhile. */
export async function startReady(tx: Tx, job: Job, { tasks, ready }: Going): Promise<void> {
  if (ready.length > 0) await releaseTasks(tx, ready);
  const ended = newlyEnded(tasks);
  if (ended.length === 0) return;
  await noteEnded(tx, ended);
  await moveJob(tx, job, { type: 'tasks_ended', tasks: ended.map(taskEnd) });
  tellEnded(tx, ended);
}
