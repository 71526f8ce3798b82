/** Tasks as they are read; the statements that change them are in `store/`. */
import type { Generated } from 'kysely';
import { store } from '../platform/database/statement.ts';
import type { Reads, Tx } from '../platform/platform.ts';
import type { Task, TaskState } from './task.ts';

type Zero =
  | 'attempts'
  | 'cached_tokens'
  | 'cost_micros'
  | 'earlier_budget_micros'
  | 'earlier_cost_micros'
  | 'earlier_tokens'
  | 'fence'
  | 'input_tokens'
  | 'noted'
  | 'output_tokens'
  | 'priced';

/** Columns that start at nothing need not be said. */
export type TaskTable = Omit<Task, Zero> & { [Column in Zero]: Generated<Task[Column]> };

const { all, among, first, tables } = store<{ tasks: TaskTable }>();

export const findTask = first((q, p: { id: string }) => q.selectFrom('tasks').selectAll().where('id', '=', p.id));

/** Locks the row until the transaction ends. */
export const lockTask = first((q, p: { id: string }) =>
  q.selectFrom('tasks').selectAll().where('id', '=', p.id).forUpdate(),
);

const ofDeployment = all((q, p: { deployment_id: string }) =>
  q.selectFrom('tasks').selectAll().where('deployment_id', '=', p.deployment_id),
);

/** The tasks of a deployment, by id: sorted here, because a database copies each whole row to sort it. */
export const tasksOf = async (reads: Reads, p: { deployment_id: string }): Promise<Task[]> =>
  (await ofDeployment(reads, p)).toSorted((a, b) => (a.id < b.id ? -1 : 1));

/** The same, locked until the transaction ends. */
export const lockTasks = all((q, p: { deployment_id: string }) =>
  q.selectFrom('tasks').selectAll().where('deployment_id', '=', p.deployment_id).orderBy('id').forUpdate(),
);

export interface TaskFilter {
  state?: TaskState | undefined;
  job_id?: string | undefined;
  /** Whom it is addressed to, or who holds or held it. */
  agent_id?: string | undefined;
  /** Only what this agent may see, in the same sense. */
  seen_by?: string | undefined;
  /** Ids below this one: newest first. */
  before?: string | undefined;
  limit: number;
}

export function listTaskRows(on: Reads, filter: TaskFilter): Promise<Task[]> {
  let query = tables(on).selectFrom('tasks').selectAll().orderBy('id', 'desc').limit(filter.limit);
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  if (filter.job_id !== undefined) query = query.where('job_id', '=', filter.job_id);
  if (filter.before !== undefined) query = query.where('id', '<', filter.before);
  for (const agent of [filter.agent_id, filter.seen_by]) {
    if (agent === undefined) continue;
    query = query.where((row) => row.or([row('agent_id', '=', agent), row('holder_id', '=', agent)]));
  }
  return on.run(query.compile());
}

const lockTasksOf = among((q, deployment_ids: string[]) =>
  q.selectFrom('tasks').select('id').where('deployment_id', 'in', deployment_ids).orderBy('id').forUpdate(),
);
const deleteTasksOf = among((q, deployment_ids: string[]) =>
  q.deleteFrom('tasks').where('deployment_id', 'in', deployment_ids),
);

/** Of deployments that ended. */
export async function forgetTasks(tx: Tx, deployment_ids: readonly string[]): Promise<void> {
  const locked = await lockTasksOf(tx, deployment_ids);
  if (locked.length > 0) await deleteTasksOf(tx, deployment_ids);
}
