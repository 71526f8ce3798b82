/**
 * The queue as plain functions: who may have a task, for how long, and what its holder's reports do. A fence counts the
 * holders of a task: what the holder of an older one says changes nothing.
 */
import { isSilent, refuse, ring, second, spans } from './data.ts';
import type { Job, Road, Task, TaskState } from './data.ts';

export const isOver = ({ state }: Task) => ['succeeded', 'failed', 'cancelled'].includes(state);
const isLive = (road: Road, task: Task) => task.state === 'running' && (task.due ?? 0) > road.now;
export const inTurn = (a: Task, b: Task) => a.priority - b.priority || a.place - b.place;

/** The tasks of a deployment that starts: the primary agent's comes after the others'. */
export function plan(road: Road, { id, deployment, definition }: Job): void {
  const { agents, isUrgent, retries, timeLimit, ceiling } = definition;
  const of = { job: id, deployment, priority: isUrgent ? 1 : 5, place: road.places++, mostAttempts: retries + 1 };
  const fresh = { ...{ fence: 0, attempts: 0, holder: null, claim: null, startedAt: 0, stopAt: 0, due: null } };
  const unused = { stop: null, settledAs: null, cost: 0, earlier: 0, alarm: ceiling, isTold: false };
  const rest = { ...of, ...fresh, ...unused, timeLimit: Math.min(spans.attempt, timeLimit) };
  const task = (agent: string, after: Task[]): Task => {
    const state = after.length > 0 ? 'waiting' : 'queued';
    return { ...rest, name: `${id}/${deployment}/${agent}`, agent, after, state };
  };
  const others = agents.slice(1).map((agent) => task(agent, []));
  road.tasks.push(...others, task(agents[0] as string, others));
}

/** What has not begun will not. */
export function cancelRest(road: Road, tasks: Task[], reason: string): boolean {
  const rest = tasks.filter(({ state }) => ['waiting', 'queued', 'delayed'].includes(state));
  for (const task of rest) Object.assign(task, { state: 'cancelled', stop: reason, due: null });
  if (tasks[0] !== undefined && rest.length > 0) ring(road, 'execute', tasks[0].job);
  return rest.length > 0;
}

/** Jobs that waited for an agent hear of it when it was silent. A claim is noted a few times an interval. */
function see(road: Road, agent: string, intervals: number): void {
  if (isSilent(road, agent, 1.5)) ring(road, 'wake', `agent:${agent}`);
  if (isSilent(road, agent, intervals)) road.seen[agent] = road.now;
}

/** Up to `most` tasks, two at a time for an agent, most urgent and oldest first; the same claim gives the same again. */
export function claim(road: Road, agent: string, { id, most }: { id: string; most: number }): Task[] {
  see(road, agent, 0.25);
  const live = road.tasks.filter((task) => task.holder === agent && isLive(road, task));
  const again = live.filter((task) => task.claim === id);
  if (again.length > 0) return again.toSorted(inTurn);
  const queue = road.tasks.filter((task) => task.agent === agent && task.state === 'queued').toSorted(inTurn);
  const taken = queue.slice(0, Math.max(0, Math.min(most, 2 - live.length)));
  for (const task of taken) {
    const times = { startedAt: road.now, stopAt: road.now + task.timeLimit };
    Object.assign(task, { state: 'running', holder: agent, claim: id, settledAs: null, ...times });
    Object.assign(task, { fence: task.fence + 1, attempts: task.attempts + 1 });
    Object.assign(task, { earlier: task.earlier + task.cost, cost: 0 });
    renew(road, task);
  }
  return taken;
}

const renew = (road: Road, task: Task) => void (task.due = Math.min(task.stopAt, road.now + 3 * spans.beat));

export interface Lease {
  task: Task;
  fence: number;
}

/** Renews what it lists and still holds; takes back what it does not know of. Gives what it must drop, and stop. */
export function heartbeat(road: Road, agent: string, listed: Lease[]): { invalid: Lease[]; stops: Lease[] } {
  const held = road.tasks.filter(({ state, holder }) => state === 'running' && holder === agent);
  const isOwn = ({ task, fence }: Lease) => held.includes(task) && task.fence === fence;
  const mustStop = ({ task }: Lease) => task.stop !== null || task.stopAt <= road.now;
  const invalid = listed.filter((lease) => !isOwn(lease) || (!isLive(road, lease.task) && !mustStop(lease)));
  const stops = listed.filter((lease) => isOwn(lease) && mustStop(lease));
  const known = listed.filter(isOwn).map(({ task }) => task);
  for (const task of held.filter((one) => isLive(road, one))) {
    if (!known.includes(task) && road.now - task.startedAt >= spans.beat) {
      takeBack(road, task);
      if (isOver(task)) ring(road, 'execute', task.job);
    } else if (task.stop === null) renew(road, task);
  }
  see(road, agent, 0);
  return { invalid, stops };
}

/** The attempt counts. */
function takeBack(road: Road, task: Task): void {
  const state = task.stop !== null ? 'cancelled' : task.attempts < task.mostAttempts ? 'queued' : 'failed';
  Object.assign(task, { state, fence: task.fence + 1, due: null, place: road.places++ });
}

/** Leases that ran out go back, and delays end. */
export function sweepTasks(road: Road): void {
  const due = road.tasks.filter((task) => task.due !== null && task.due <= road.now);
  for (const task of due) {
    if (task.state === 'running') takeBack(road, task);
    else Object.assign(task, { state: 'queued', due: null, place: road.places++ });
  }
  for (const job of new Set(due.filter(isOver).map((task) => task.job))) ring(road, 'execute', job);
}

interface Report extends Lease {
  by: string;
  /** What this attempt has cost so far. */
  cost: number;
}

/** Only the holder writes, and the largest cost counts. A repeated report gets the first answer. */
function settle(report: Report, as: TaskState[], becomes: (task: Task) => TaskState): { isFirst: boolean } {
  const { task, fence, by, cost } = report;
  const isHolder = task.fence === fence && task.holder === by;
  if (!isHolder || (task.state !== 'running' && !as.includes(task.settledAs as TaskState))) refuse('lease_lost');
  if (task.state !== 'running') return { isFirst: false };
  const state = task.stop === null ? becomes(task) : 'cancelled'; // who is told to stop answers by ending
  Object.assign(task, { state, settledAs: state, cost: Math.max(task.cost, cost), due: null });
  return { isFirst: true };
}

export function complete(road: Road, report: Report): TaskState {
  settle(report, ['succeeded', 'cancelled'], () => 'succeeded');
  ring(road, 'execute', report.task.job);
  return report.task.settledAs as TaskState;
}

export function fail(road: Road, { isRetryable, ...report }: Report & { isRetryable: boolean }): TaskState {
  const { task } = report;
  const becomes = () => (isRetryable && task.attempts < task.mostAttempts ? 'delayed' : 'failed');
  if (settle(report, ['delayed', 'failed', 'cancelled'], becomes).isFirst) {
    task.place = road.places++;
    if (task.state === 'delayed')
      task.due = road.now + 2 ** task.attempts * second; // at the latest
    else ring(road, 'execute', task.job);
  }
  return task.settledAs as TaskState;
}

/** The attempt does not count, and it keeps its place. */
export function release(road: Road, report: Report): TaskState {
  const { task } = report;
  if (settle(report, ['queued', 'cancelled'], () => 'queued').isFirst) {
    task.attempts--;
    if (task.state === 'cancelled') ring(road, 'execute', task.job);
  }
  return task.settledAs as TaskState;
}

/** Rings at once when the task has cost more than the job has left. */
export function progress(road: Road, { task, fence, by, cost }: Report): string | null {
  if (task.state !== 'running' || task.fence !== fence || task.holder !== by) refuse('lease_lost');
  task.cost = Math.max(task.cost, cost);
  if (task.earlier + task.cost > task.alarm) ring(road, 'execute', task.job);
  return task.stop;
}
