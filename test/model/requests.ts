/**
 * What people ask for, as plain functions: each changes the road and is answered, or is refused before anything has
 * changed.
 */
import { refuse, ring, second } from './data.ts';
import type { Definition, Job, Question, Road } from './data.ts';
import { thisMonth } from './money.ts';
import { close, end, move, questionOf, requestStop } from './road.ts';

interface Request {
  verb: string;
  key: string | undefined;
  body: string;
}

/** What is asked twice with one key is done once. */
function once(road: Road, { verb, key, body }: Request, create: () => number): number {
  const name = `${verb} ${key}`;
  const earlier = road.keys[name];
  if (earlier !== undefined) return earlier.body === body ? earlier.job : refuse('idempotency_key_reused');
  const job = create();
  if (key !== undefined) road.keys[name] = { body, job };
  return job;
}

export const submit = (road: Road, definition: Definition, key?: string): number =>
  once(road, { verb: 'submit', key, body: definition.name }, () => {
    const job = { id: road.jobs.length, version: 0, deployment: 0 } as Job; // `deploy` gives it the rest
    road.jobs.push(job);
    deploy(road, job, definition);
    return job.id;
  });

/** Each deployment takes the whole road. */
function deploy(road: Road, job: Job, definition: Definition): void {
  close(questionOf(road, job), 'voided');
  const fresh = { reason: null, waitsFor: null, blockedBefore: 0, stop: null, outcome: null };
  Object.assign(job, { ...fresh, definition, deployment: job.deployment + 1 });
  move(road, job, 'submitted');
  ring(road, 'estimate', job.id);
}

export function change(road: Road, job: Job, { to, version }: { to: Definition; version: number }): void {
  if (version !== job.version) refuse('stale');
  if (!isBeforeStart(job)) refuse(job.state === 'executing' ? 'job_not_changeable' : 'job_ended');
  deploy(road, job, to);
}

export const retry = (road: Road, job: Job, key?: string): number =>
  once(road, { verb: 'retry', key, body: `${job.id}` }, () => {
    if (isBeforeStart(job) || job.state === 'executing' || job.state === 'learning') refuse('job_not_ended');
    deploy(road, job, job.definition);
    return job.id;
  });

/** Before its start a job is over at once; after it, its tasks are told to stop. Others don't even see it. */
export function cancel(road: Road, job: Job, by: string): void {
  if (by !== 'sam') refuse('not_found');
  if (job.state === 'executing') return requestStop(road, job, 'cancel');
  if (!isBeforeStart(job)) refuse('job_ended');
  end(road, job, 'cancelled');
}

const isBeforeStart = ({ state }: Job) => ['submitted', 'estimated', 'blocked', 'awaiting_approval'].includes(state);

interface Ballot {
  voter: string;
  says: 'yes' | 'no';
  /** The definition that the voter has read. */
  on: Definition;
}

/** The same ballot again is no second one. */
export function vote(road: Road, job: Job, { voter, says, on }: Ballot): string {
  const question = road.questions.findLast((asked) => asked.job === job.id) ?? refuse('not_found');
  const isAsked = question.groups.some(({ voters }) => voters.includes(voter));
  const mayRead = ['sam', 'petra', ...question.definition.agents].includes(voter);
  if (!isAsked) refuse(mayRead ? 'not_eligible' : 'not_found');
  if (on.name !== question.definition.name) refuse('question_changed');
  if (question.ballots[voter] === says) return question.state;
  if (question.state !== 'open' || question.deadline <= road.now) refuse('approval_closed');
  if (question.ballots[voter] !== undefined) refuse('already_voted');
  question.ballots[voter] = says;
  question.state = tally(question);
  if (question.state === 'open') return 'open';
  Object.assign(question, { grantedAt: road.now, due: road.now + second, wait: second });
  ring(road, 'execute', job.id);
  return question.state;
}

/** Settled as soon as no further ballot can change it. */
function tally({ groups, ballots }: Question): Question['state'] {
  const count = (voters: string[], ...said: unknown[]) => voters.filter((id) => said.includes(ballots[id])).length;
  if (groups.every(({ needed, voters }) => count(voters, 'yes') >= needed)) return 'granted';
  return groups.some(({ needed, voters }) => count(voters, 'yes', undefined) < needed) ? 'rejected' : 'open';
}

export function setBudget(road: Road, limit: number): void {
  const budget = thisMonth(road);
  budget.limit = limit;
  if (!road.budgets.includes(budget)) road.budgets.push(budget);
  ring(road, 'wake', 'budget:month');
}

export function registerTool(road: Road): void {
  road.hasTool = true;
  ring(road, 'wake', 'tool:search');
}

export function deleteTool(road: Road): void {
  if (!road.hasTool) refuse('not_found');
  if (road.jobs.some(({ state, definition }) => state === 'executing' && definition.needsTool)) refuse('in_use');
  road.hasTool = false;
}
