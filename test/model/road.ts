/**
 * The road of a job as plain functions: what Muster promises, without its tables, transactions and stages. Nothing moves
 * by itself: what people (requests.ts) and agents (queue.ts) do leaves bells, and what follows happens when `deliver`
 * comes to them; what has waited for too long is found by `sweep`.
 */
import { heads, isSilent, ring, second, spans } from './data.ts';
import type { Job, JobState, Question, Road, Row, Task } from './data.ts';
import { giveBack, spend, thisMonth } from './money.ts';
import { cancelRest, isOver, plan, sweepTasks } from './queue.ts';

/** Does what the bell at this place asks for, if the job is still where it asks for that. */
export function deliver(road: Road, at: number): void {
  const [bell = '', about = ''] = (road.bells.splice(at, 1)[0] ?? '').split(' ');
  if (bell === 'learn') return learn(road);
  const job = road.jobs[Number(about)];
  if (job === undefined) return wakeAll(road, about);
  stages[`${bell} ${job.state}`]?.(road, job);
}

const stages: Partial<Record<string, (road: Road, job: Job) => void>> = {
  'estimate submitted': estimate,
  'validate estimated': validate,
  'execute awaiting_approval': begin,
  'execute executing': follow,
  'wake blocked': wake,
};

/** A job that the machine failed to estimate again and again is not tried for ever. */
function estimate(road: Road, job: Job): void {
  if (job.attempts > 10) return end(road, job, 'failed');
  if (job.definition.isUnpriced) return block(road, job, { reason: 'unpriced', waitsFor: 'price:unheard' });
  move(road, job, 'estimated');
  ring(road, 'validate', job.id);
}

function block(road: Road, job: Job, why: { reason: string; waitsFor: string; needs?: number }): void {
  if (job.waitsFor !== null && job.waitsFor !== why.waitsFor) ring(road, 'wake', job.waitsFor); // it does not use that
  if (job.reason !== why.reason) job.reasonSince = road.now;
  Object.assign(job, { needs: 0, ...why, resume: job.state, blockedAt: road.now });
  move(road, job, 'blocked');
  const again = Math.min(600 * second, Math.max(30 * second, road.now - job.reasonSince));
  job.due = road.now + Math.max(0, Math.min(again, spans.blocked - job.blockedBefore));
}

/** What it needs is there, then enough people are: they are asked. */
function validate(road: Road, job: Job): void {
  const { agents, needsTool, isUrgent } = job.definition;
  const lost = agents.find((agent) => isSilent(road, agent, 3));
  const missing = needsTool && !road.hasTool ? 'tool:search' : lost === undefined ? lost : `agent:${lost}`;
  if (missing !== undefined) return block(road, job, { reason: 'not_ready', waitsFor: missing });
  const present = heads.filter((head) => !isSilent(road, head, 1.5));
  const fromHeads = { needed: isUrgent ? 3 : 2, voters: present };
  const groups = isUrgent ? [fromHeads, { needed: 1, voters: ['petra'] }] : [fromHeads];
  if (present.length < fromHeads.needed)
    return block(road, job, { reason: 'no_eligible_voters', waitsFor: 'category:data' });
  const times = { deadline: road.now + spans.deadline, due: road.now + spans.deadline, wait: second };
  const { id, deployment, definition } = job;
  const asked = { job: id, deployment, definition, state: 'open' as const, groups, ballots: {} };
  road.questions.push({ ...asked, ...times, grantedAt: 0, validFor: spans.validity });
  move(road, job, 'awaiting_approval');
}

/** A granted job starts once, if there is room for all that it may cost; else it keeps its grant and waits. */
function begin(road: Road, job: Job): void {
  const question = questionOf(road, job) as Question; // a job that waits for one has it
  if (question.state === 'open' && question.deadline <= road.now) close(question, 'expired');
  if (question.state === 'granted' && question.grantedAt + question.validFor <= road.now) close(question, 'expired');
  if (question.state === 'open') return;
  if (question.state !== 'granted') return end(road, job, question.state as 'rejected' | 'expired');
  const { ceiling, timeLimit } = job.definition;
  const budget = thisMonth(road);
  if (budget.reserved + budget.spent + ceiling > budget.limit)
    return block(road, job, { reason: 'budget_exhausted', waitsFor: 'budget:month', needs: ceiling });
  close(question, 'consumed');
  budget.reserved += ceiling;
  if (!road.budgets.includes(budget)) road.budgets.push(budget);
  Object.assign(job, { held: { budget, reserved: ceiling, spent: 0 }, reason: null, waitsFor: null });
  job.stopAt = road.now + timeLimit;
  move(road, job, 'executing', 2);
  plan(road, job);
}

/** Counts what was spent, ends what is over, stops what must stop, and starts what may start. */
function follow(road: Road, job: Job): void {
  const tasks = road.tasks.filter((task) => task.job === job.id && task.deployment === job.deployment);
  const { fresh, isOverrun } = spend(job.held, tasks);
  if (tasks.every(isOver)) return endRun(road, job, tasks);
  const reason = job.stop ?? (isOverrun ? 'budget' : job.stopAt <= road.now ? 'time_limit' : null);
  if (reason !== null) {
    requestStop(road, job, reason);
    cancelRest(road, tasks, reason);
    for (const task of tasks) if (task.state === 'running') task.stop ??= reason;
    return;
  }
  if (tasks.some(({ state }) => state === 'failed' || state === 'cancelled'))
    if (cancelRest(road, tasks, 'another task of the plan has failed')) return;
  for (const task of tasks) if (fresh > 0 && !isOver(task)) task.alarm = task.earlier + task.cost + job.held.reserved;
  for (const task of tasks)
    if (task.state === 'waiting' && task.after.every(({ state }) => state === 'succeeded')) task.state = 'queued';
  const ended = tasks.filter((task) => isOver(task) && !task.isTold);
  for (const task of ended) task.isTold = true;
  if (ended.length > 0) move(road, job, 'executing');
}

/** The outcome is decided once, and what the job held is free for others. */
function endRun(road: Road, job: Job, tasks: Task[]): void {
  if (job.held.reserved > 0) ring(road, 'wake', 'budget:month');
  if (job.definition.needsTool) ring(road, 'wake', 'tool:search');
  giveBack(job.held, job.held.reserved);
  const hasSucceeded = job.stop === null && tasks.every(({ state }) => state === 'succeeded');
  job.outcome = hasSucceeded ? 'succeeded' : job.stop === 'cancel' ? 'cancelled' : 'failed';
  move(road, job, 'learning');
  ring(road, 'learn', 'finished');
}

function learn(road: Road): void {
  for (const job of road.jobs) if (job.state === 'learning') move(road, job, job.outcome as JobState);
}

/** Those that wait for it, most urgent and oldest first, as far as there is room for them. */
function wakeAll(road: Road, about: string): void {
  const { budgets } = road;
  const budget = about === 'budget:month' && budgets.includes(thisMonth(road)) ? thisMonth(road) : undefined;
  let room = budget === undefined ? Infinity : budget.limit - budget.reserved - budget.spent;
  const waiting = road.jobs.filter(({ state, waitsFor }) => state === 'blocked' && waitsFor === about);
  const urgency = ({ definition }: Job) => (definition.isUrgent ? 1 : 5);
  for (const job of waiting.toSorted((a, b) => urgency(a) - urgency(b))) {
    if (job.needs > room) continue;
    room -= job.needs;
    wake(road, job);
  }
}

/** Back to where it was blocked, unless that was for too long; a grant has stood still meanwhile. */
function wake(road: Road, job: Job): void {
  const blocked = road.now - job.blockedAt;
  if (job.blockedBefore + blocked >= spans.blocked) return end(road, job, 'expired');
  job.blockedBefore += blocked;
  const question = questionOf(road, job);
  if (question !== undefined) question.validFor += Math.ceil(blocked / second) * second;
  move(road, job, job.resume);
  ring(road, { submitted: 'estimate', estimated: 'validate', awaiting_approval: 'execute' }[job.resume], job.id);
}

/** Rings again for what is due; tasks whose lease ran out or whose delay is over are queued again. */
export function sweep(road: Road): void {
  const isDue = ({ due }: { due: number | null }) => due !== null && due <= road.now;
  const due = road.jobs.filter(isDue);
  if (due.some(({ state }) => state === 'learning')) ring(road, 'learn', 'finished'); // once for all
  for (const job of due) {
    const bell = { submitted: 'estimate', estimated: 'validate', blocked: 'wake', executing: 'execute' };
    if (job.state !== 'learning') ring(road, bell[job.state as 'blocked'], job.id);
    if (job.state === 'submitted') job.attempts++;
    postpone(road, job, job.state === 'executing' ? 30 : 300);
  }
  for (const question of road.questions.filter(isDue)) {
    ring(road, 'execute', question.job);
    postpone(road, question, 300);
  }
  sweepTasks(road);
}

function postpone(road: Road, row: Row, most: number): void {
  row.due = road.now + row.wait;
  row.wait = Math.min(most * second, row.wait * 2);
}

/** Each transition is an event; what waits for the machine is looked at again after a second. */
export function move(road: Road, job: Job, state: JobState, events = 1): void {
  const isWaiting = ['submitted', 'estimated', 'executing', 'learning'].includes(state);
  const due = isWaiting ? road.now + second : null;
  Object.assign(job, { state, version: job.version + events, attempts: 0, due, wait: second });
}

export function requestStop(road: Road, job: Job, reason: string): void {
  if (job.stop !== null) return;
  job.stop = reason;
  move(road, job, 'executing');
  ring(road, 'execute', job.id);
}

export function end(road: Road, job: Job, state: JobState): void {
  close(questionOf(road, job), 'voided');
  move(road, job, state);
}

export const questionOf = (road: Road, { id, deployment }: Job): Question | undefined =>
  road.questions.findLast((asked) => asked.job === id && asked.deployment === deployment);

export function close(question: Question | undefined, state: Question['state']): void {
  if (question === undefined) return;
  if (question.state === 'open' || question.state === 'granted') question.state = state;
  question.due = null;
}
