/**
 * The road of a job: what Muster promises of it, without tables, transactions, stages and bells. What people and agents ask
 * for changes the road and is answered, or is refused before anything has changed. Then `rest` lets every job go as far as
 * it can. Whatever is said again at once is answered as it was first. Times are seconds, money is micro-dollars.
 */
import { heads, spans, type Definition } from './definitions.ts';

/** A job in one of its deployments: all but the last are over. It is blocked while it waits for something. */
const newJob = (id: number, deployment: number, definition: Definition) => ({
  ...{ ...definition, definition, id, deployment, place: id, state: 'submitted' },
  ...{ waitsFor: '', blockedFor: 0, question: 'unasked', deadline: 0, ballots: new Map<string, string>() },
  ...{ month: '', reserved: 0, spent: 0, cost: 0, stopAt: 0, stop: '' },
});
export type Job = ReturnType<typeof newJob>;

/** The fence counts its claims: who names an older one does not hold it any more. */
const newTask = (job: Job, agent: string, place: number) => ({
  ...{ job, agent, priority: job.priority, place, state: 'queued', attempts: 0 },
  ...{ fence: 0, since: 0, leaseUntil: 0, cost: 0, costBefore: 0 },
});
export type Task = ReturnType<typeof newTask>;
export type Lease = Pick<Task, 'agent' | 'fence'> & { task: Task }; // as an agent knows it

/** What is `there`: tools, agents that are not silent, heads of a category. */
export const newRoad = (now: number, limit: number) => ({
  ...{ now, limit, ids: 0, places: 0, jobs: [] as Job[], tasks: [] as Task[] },
  there: new Set(['agent:writer', 'agent:reader', 'category:data']),
});
export type Road = ReturnType<typeof newRoad>;

const isBeforeStart = ({ state }: Job) => state === 'submitted' || state === 'awaiting_approval';
const isOver = ({ state }: Task) => ['succeeded', 'failed', 'cancelled'].includes(state);
/** The most urgent first, then the oldest. */
const inTurn = (a: Job | Task, b: Job | Task) => a.priority - b.priority || a.place - b.place;
const monthOf = ({ now }: Road) => new Date(now * 1000).toISOString().slice(0, 7);

/** What is asked twice under one key is done once; the keys are the numbers of jobs. */
export function submit(road: Road, definition: Definition, key: number): number {
  const earlier = road.jobs.find(({ id }) => id === key);
  if (earlier === undefined) road.jobs.push(newJob(road.ids++, 1, definition));
  else if (earlier.definition !== definition) throw new Error('idempotency_key_reused');
  return key;
}

/** Each deployment takes the whole road. */
export function retry(road: Road, job: Job): void {
  if (isBeforeStart(job) || job.state === 'executing') throw new Error('job_not_ended');
  road.jobs.push(newJob(job.id, job.deployment + 1, job.definition));
}

export function change(road: Road, job: Job, { to, isStale }: { to: Definition; isStale: boolean }): void {
  if (isStale) throw new Error('stale');
  if (!isBeforeStart(job)) throw new Error(job.state === 'executing' ? 'job_not_changeable' : 'job_ended');
  end(job, 'cancelled');
  road.jobs.push(newJob(job.id, job.deployment + 1, to));
}

/** Before its start a job is over at once; after it, its tasks are told to stop. Others don't even see it. */
export function cancel(road: Road, job: Job, by: string): void {
  if (by !== 'sam') throw new Error('not_found');
  if (isBeforeStart(job)) return end(job, 'cancelled');
  if (job.state !== 'executing') throw new Error('job_ended');
  if (job.stop === '') follow(road, Object.assign(job, { stop: 'cancel' }));
}

function end(job: Job, state: string): void {
  const isAsked = job.question === 'open' || job.question === 'granted';
  Object.assign(job, { state, waitsFor: '', reserved: 0, question: isAsked ? 'voided' : job.question });
}

/** Settled as soon as no further ballot can change it. The same ballot again is no second one. */
export function vote(job: Job, voter: string, { says, on }: { says: string; on: Definition }): string {
  const [voters, needed] = job.priority === 1 ? [[...heads, 'petra'], 4] : [heads, 2];
  const mayRead = ['sam', 'petra', ...job.agents].includes(voter);
  if (!voters.includes(voter)) throw new Error(mayRead ? 'not_eligible' : 'not_found');
  if (on !== job.definition) throw new Error('question_changed');
  if (job.ballots.get(voter) === says) return job.question;
  if (job.question !== 'open') throw new Error('approval_closed');
  if (job.ballots.has(voter)) throw new Error('already_voted');
  job.ballots.set(voter, says);
  const count = (word: string) => voters.filter((id) => job.ballots.get(id) === word).length;
  job.question = count('yes') >= needed ? 'granted' : count('no') > voters.length - needed ? 'rejected' : 'open';
  return job.question;
}

export function deleteTool({ there, jobs }: Road, tool: string): void {
  if (!there.has(tool)) throw new Error('not_found');
  if (jobs.some(({ state, needs }) => state === 'executing' && needs.includes(tool))) throw new Error('in_use');
  there.delete(tool);
}

/** Every job goes as far as it can before its start. It waits for one thing that it lacks, then for the next. */
export function rest(road: Road): void {
  for (const job of road.jobs.filter(isBeforeStart).toSorted(inTurn)) {
    const used = road.jobs.filter((one) => one.month === monthOf(road)).map((one) => one.reserved + one.spent);
    const hasRoom = used.reduce((sum, one) => sum + one, job.ceiling) <= road.limit;
    const needs = { unasked: job.needs, granted: hasRoom ? [] : ['budget:month'] }[job.question] ?? [];
    const lacks = needs.filter((thing) => !road.there.has(thing));
    job.waitsFor = lacks.find((thing) => thing === job.waitsFor) ?? lacks[0] ?? '';
    if (job.waitsFor !== '' || job.question === 'open') continue;
    if (job.question === 'granted') start(road, job);
    else if (job.question !== 'unasked') end(job, job.question);
    else Object.assign(job, { state: 'awaiting_approval', question: 'open', deadline: road.now + spans.question });
  }
}

/** All that it may cost is reserved. The primary agent works last. */
function start(road: Road, job: Job): void {
  Object.assign(job, { state: 'executing', question: 'consumed', month: monthOf(road), reserved: job.ceiling });
  job.stopAt = road.now + job.timeLimit;
  const [primary, ...others] = job.agents.map((agent) => newTask(job, agent, road.places++)) as [Task, ...Task[]];
  if (others.length > 0) primary.state = 'waiting';
  road.tasks.push(...others, primary);
}

/** Counts what was spent, stops what must stop, ends what is over, and lets begin what may. */
function follow(road: Road, job: Job): void {
  if (job.state !== 'executing') return;
  const tasks = road.tasks.filter((task) => task.job === job);
  const are = (...states: string[]) => tasks.filter(({ state }) => states.includes(state));
  Object.assign(job, { spent: job.cost, reserved: Math.max(0, job.ceiling - job.cost) });
  if (!tasks.every(isOver)) job.stop ||= job.cost > job.ceiling ? 'budget' : job.stopAt <= road.now ? 'time_limit' : '';
  const hasFailed = job.stop !== '' || are('failed').length > 0;
  if (hasFailed) for (const task of are('waiting', 'queued', 'delayed')) task.state = 'cancelled';
  if (tasks.every(isOver)) end(job, job.stop === 'cancel' ? 'cancelled' : hasFailed ? 'failed' : 'succeeded');
  else if (are('succeeded').length === tasks.length - 1) for (const task of are('waiting')) task.state = 'queued';
}

/** An agent holds two tasks at a time. */
export function claim(road: Road, agent: string, most: number): Task[] {
  road.there.add(`agent:${agent}`);
  const own = road.tasks.filter((task) => task.agent === agent).toSorted(inTurn);
  const room = 2 - own.filter(({ state }) => state === 'running').length;
  const taken = own.filter(({ state }) => state === 'queued').slice(0, Math.min(most, room));
  for (const task of taken) {
    Object.assign(task, { state: 'running', fence: task.fence + 1, attempts: task.attempts + 1 });
    Object.assign(task, { since: road.now, leaseUntil: road.now + spans.lease, costBefore: task.cost });
  }
  return taken;
}

/** Renews what is listed and held still; what it has held for a beat and does not know of is taken back. */
export function heartbeat(road: Road, agent: string, listed: Lease[]): { invalid: Lease[]; stops: Lease[] } {
  road.there.add(`agent:${agent}`);
  const held = road.tasks.filter((task) => task.state === 'running' && task.agent === agent);
  const own = listed.filter(({ task, fence }) => held.includes(task) && task.fence === fence);
  for (const task of held) {
    const isKnown = own.some((lease) => lease.task === task) || road.now - task.since < spans.beat;
    if (!isKnown) takeBack(road, task);
    else if (task.job.stop === '') task.leaseUntil = Math.min(road.now + spans.lease, task.since + task.job.attempt);
  }
  const stops = own.filter(({ task }) => task.job.stop !== '');
  return { invalid: listed.filter((lease) => !own.includes(lease)), stops };
}

/** For another to have, behind those that wait already. */
function takeBack(road: Road, task: Task): void {
  if (task.state === 'running') task.fence++;
  task.place = road.places++;
  settle(road, task, 'queued');
}

/** A task is tried again so many times. Who is told to stop answers by ending. */
function settle(road: Road, task: Task, state: string): string {
  const isLast = task.attempts > task.job.retries && state !== 'succeeded';
  task.state = task.job.stop !== '' ? 'cancelled' : isLast ? 'failed' : state;
  if (isOver(task)) follow(road, task.job);
  return task.state;
}

/** Only the holder is heard; the largest cost counts. What succeeded is looked at again where it is said again. */
export function report(road: Road, { task, agent, fence }: Lease, becomes: string, cost: number): string {
  const [job, stop] = [task.job, task.job.stop];
  const isHolder = task.agent === agent && task.fence === fence;
  if (isHolder && task.state === 'succeeded' && becomes === 'succeeded') follow(road, job);
  if (!isHolder || task.state !== 'running') throw new Error('lease_lost');
  const fresh = Math.max(0, task.costBefore + cost - task.cost);
  task.cost += fresh;
  job.cost += fresh;
  if (becomes === 'queued') task.attempts--;
  if (becomes !== 'running') return settle(road, task, becomes);
  if (job.cost > job.ceiling) follow(road, job);
  return stop;
}

/** Some are silent meanwhile. What has come to its end is over, and what waits is tried again. */
export function pass(road: Road, seconds: number, silent: string[]): void {
  road.now += seconds;
  for (const id of silent) road.there.delete(id);
  for (const task of road.tasks)
    if (task.state === 'delayed' || (task.state === 'running' && task.leaseUntil <= road.now)) takeBack(road, task);
  for (const job of road.jobs) {
    if (job.question === 'open' && job.deadline <= road.now) job.question = 'expired';
    if (job.waitsFor !== '') job.blockedFor += seconds;
    if (job.blockedFor >= spans.blocked) end(job, 'expired');
    job.waitsFor = '';
    follow(road, job);
  }
}
