/** Puts tasks into queues: one for each agent, and one for each distinct set of capabilities. */
import { capabilityRows } from '../agents/store/matches.ts';
import { everyAgent, findAgent } from '../agents/store.ts';
import type { Tx } from '../platform/platform.ts';
import type { Task } from './task.ts';
import type { Json } from '../platform/wire.ts';
import { insertTasks, noteEnds, queueWaiting, type NewTaskRow } from './store/plan-tasks.ts';
import { findQueue, insertMatch, insertQueue, lockQueueMatching } from './store/queues.ts';
import { addressOf, queueHint, queueOf, roomHint } from './queue-name.ts';

export interface NewTask {
  job_id: string;
  deployment_id: string;
  /** Unique in its deployment. */
  name: string;
  /** To whom it is addressed; null: to whoever has all the capabilities. */
  agent_id: string | null;
  capabilities: string[];
  /** 1 is the most urgent. */
  priority: number;
  /** Names of tasks; while there are any it waits for {@link releaseTasks}. */
  depends_on: string[];
  input: Record<string, Json>;
  max_attempts: number;
  /** Of one attempt. */
  time_limit_seconds: number;
  /** A cost above this rings `execute` at once. */
  alarm_micros: number | null;
  /** The step that it undoes. */
  undoes?: string;
  /** Who added it to the plan, and why its agent was chosen. */
  assigned_by?: string;
  assigned_because?: string;
}

/** Stores the tasks; those without dependencies can be claimed after the commit. A statement for sixteen tasks and one a queue. */
export async function queueTasks(tx: Tx, tasks: readonly NewTask[]): Promise<{ id: string; name: string }[]> {
  const queues = new Map(tasks.map((task) => [queueOf(task), task]));
  for (const id of [...queues.keys()].toSorted()) await ensureQueue(tx, id, queues.get(id)?.capabilities ?? []);
  const rows = tasks.map((task) => rowOf(tx, task));
  await insertTasks(tx, rows);
  for (const { state, queue_id } of rows) if (state === 'queued') tx.hint(queueHint(queue_id));
  return rows.map(({ id, name }) => ({ id, name }));
}

function rowOf(tx: Tx, { capabilities, ...task }: NewTask): NewTaskRow {
  const waits = task.depends_on.length > 0;
  return {
    ...{ undoes: null, assigned_by: null, assigned_because: null },
    ...task,
    id: tx.newId('task'),
    queue_id: queueOf({ ...task, capabilities }),
    state: waits ? 'waiting' : 'queued',
    queued_at: waits ? null : tx.at,
  };
}

/** A queue that is new is matched with the agents it serves, under the one lock that changed agents take too. */
async function ensureQueue(tx: Tx, id: string, capabilities: string[]): Promise<void> {
  if ((await findQueue(tx, { id })) !== undefined) return;
  await lockQueueMatching(tx, {});
  if ((await findQueue(tx, { id })) !== undefined) return;
  const address = addressOf(id);
  await insertQueue(tx, { id, capabilities: address === undefined ? capabilities : [] });
  for (const agent_id of address === undefined ? await capableOf(tx, capabilities) : await known(tx, address)) {
    await insertMatch(tx, { agent_id, queue_id: id });
    tx.hint(roomHint(agent_id));
  }
}

/** An agent that is not registered yet is matched when it is. */
const known = async (tx: Tx, agent_id: string): Promise<string[]> =>
  (await findAgent(tx, { id: agent_id })) === undefined ? [] : [agent_id];

async function capableOf(tx: Tx, capabilities: string[]): Promise<string[]> {
  if (capabilities.length === 0) return (await everyAgent(tx, {})).map(({ id }) => id);
  const rows = await capabilityRows(tx, capabilities);
  const byAgent = Map.groupBy(rows, ({ agent_id }) => agent_id);
  return [...byAgent].filter(([, has]) => has.length === new Set(capabilities).size).map(([agent_id]) => agent_id);
}

/** Queues tasks that waited, each with its input as it is now known. */
export async function releaseTasks(
  tx: Tx,
  tasks: readonly { id: string; input: Record<string, Json> }[],
): Promise<void> {
  for (const { id, input } of tasks) {
    for (const { queue_id } of await queueWaiting(tx, { id, input })) tx.hint(queueHint(queue_id));
  }
}

/** The ends of these tasks, and of no others, are told by an event of their job. */
export async function noteEnded(tx: Tx, tasks: readonly Pick<Task, 'id'>[]): Promise<void> {
  await noteEnds(
    tx,
    tasks.map(({ id }) => id),
  );
}
