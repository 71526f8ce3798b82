/**
 * The whole lifecycle of a job as one table and one pure function. Nothing else decides a state.
 * docs/lifecycle.md is generated from this table.
 */
import { refuse } from '../outcomes.ts';
import type { BellName } from '../platform/platform.ts';
import type { Json } from '../platform/wire.ts';
import type { ProblemCode } from '../problems.ts';
import { blockedSeconds } from './blocked-time.ts';
import {
  endStates,
  type DefinitionColumns,
  type EndState,
  type Job,
  type JobState,
  type Outcome,
  type StopReason,
} from './job.ts';

/** What can happen to a job. `by` is the actor; absent: Muster. */
export type JobEvent = { by?: string } & (
  | { type: 'estimated' }
  | { type: 'validated' }
  | { type: 'blocked'; code: ProblemCode; detail: string; waits_for: string | null; waits_amount?: number }
  | { type: 'resumed' }
  | { type: 'approved'; approval_id: string }
  | { type: 'started'; alone_because?: string }
  | { type: 'rejected'; reason: string }
  | { type: 'expired'; reason: string }
  | { type: 'stop_requested'; reason: StopReason }
  | { type: 'task_assigned'; task: Json }
  | { type: 'tasks_ended'; tasks: Json[] }
  | { type: 'run_failed'; reason: string; undoing: string[]; tasks: Json[] }
  | { type: 'run_ended'; outcome: Outcome; reason: string; code?: ProblemCode; tasks: Json[] }
  | { type: 'learned' | 'archived' }
  | { type: 'gave_up'; reason: string }
  | { type: 'cancelled'; reason: string }
  | { type: 'changed' | 'retried'; deployment_id: string; columns: DefinitionColumns }
);

export type JobEventType = JobEvent['type'];

const blockable: readonly JobState[] = ['submitted', 'estimated', 'awaiting_approval'];
const beforeStart: readonly JobState[] = [...blockable, 'blocked'];

/** From which states an event may come, and where it leads; `same` stays, `stored` is on the row. */
export const transitions: Record<JobEventType, { from: readonly JobState[]; to: JobState | 'same' | 'stored' }> = {
  estimated: { from: ['submitted'], to: 'estimated' },
  validated: { from: ['estimated'], to: 'awaiting_approval' },
  blocked: { from: blockable, to: 'blocked' },
  resumed: { from: ['blocked'], to: 'stored' },
  approved: { from: ['awaiting_approval'], to: 'approved' },
  started: { from: ['approved'], to: 'executing' },
  rejected: { from: ['awaiting_approval'], to: 'rejected' },
  expired: { from: ['awaiting_approval', 'blocked'], to: 'expired' },
  stop_requested: { from: ['executing', 'compensating'], to: 'same' },
  task_assigned: { from: ['executing'], to: 'same' },
  tasks_ended: { from: ['executing', 'compensating'], to: 'same' },
  run_failed: { from: ['executing'], to: 'compensating' },
  run_ended: { from: ['executing', 'compensating'], to: 'learning' },
  learned: { from: ['learning'], to: 'stored' },
  gave_up: { from: beforeStart, to: 'failed' },
  cancelled: { from: beforeStart, to: 'cancelled' },
  changed: { from: beforeStart, to: 'submitted' },
  retried: { from: [...endStates], to: 'submitted' },
  archived: { from: [...endStates], to: 'same' },
};

/** The bell that moves a job on from a state, and the states a sweep looks after. */
export const bellOf: Partial<Record<JobState, BellName>> = {
  submitted: 'estimate',
  estimated: 'validate',
  blocked: 'wake',
  executing: 'execute',
  compensating: 'execute',
  learning: 'learn',
};

/** What a transition writes and which bell it rings. */
export interface Step {
  state: JobState;
  patch: Partial<Job>;
  bell: BellName | null;
}

/**
 * The next step for `job`, at the database's time `at`. Refuses with `conflict` (or the code that says
 * more) when the state does not allow the event, naming what it allows.
 */
export function advance(job: Job, event: JobEvent, at: Date): Step {
  const { from, to } = transitions[event.type];
  if (!from.includes(job.state)) refuse(codeFor(job.state, event.type), { detail: notNow(job.state, event.type) });
  const state = to === 'same' ? job.state : to === 'stored' ? storedState(job, event.type) : to;
  const patch = patchFor(job, event, at);
  return { state, patch, bell: bellAfter(state, event.type) };
}

/** Then it waits for room or for agents, who ring themselves. */
const quiet = new Set<JobEventType>(['blocked', 'started', 'task_assigned', 'tasks_ended', 'run_failed']);
function bellAfter(state: JobState, type: JobEventType): BellName | null {
  if (quiet.has(type)) return null;
  // Back at an approval that was granted meanwhile, only the execute stage can go on.
  if (state === 'awaiting_approval' && type === 'resumed') return 'execute';
  return bellOf[state] ?? null;
}

function storedState(job: Job, type: JobEventType): JobState {
  const stored = type === 'resumed' ? job.resume_state : job.outcome;
  if (stored === null) throw new Error(`job ${job.id} in ${job.state} has nothing stored for ${type}`);
  return stored;
}

/** What it waited for stays known until it starts, so that room it does not use can be offered to others. */
const unblocked = { resume_state: null, blocked_detail: null, blocked_at: null } as const;

function patchFor(job: Job, event: JobEvent, at: Date): Partial<Job> {
  switch (event.type) {
    case 'blocked':
      return blockedPatch(job, event, at);
    case 'resumed':
      return { ...unblocked, blocked_seconds: blockedSeconds(job, at) };
    case 'started':
      return { started_at: at, stop_at: timeUp(job, at), ...forgotten };
    case 'stop_requested':
      return { stop_reason: event.reason };
    case 'run_failed': // the undoing has the time limit again, and no stop stands yet
      return { stop_reason: null, outcome_reason: event.reason, stop_at: timeUp(job, at) };
    case 'run_ended':
      return { outcome: event.outcome, outcome_reason: event.reason, finished_at: at };
    case 'rejected':
    case 'expired':
    case 'gave_up':
    case 'cancelled':
      return { ...unblocked, outcome_reason: event.reason, finished_at: at };
    case 'changed':
    case 'retried':
      return {
        ...fresh,
        ...event.columns,
        deployment_id: event.deployment_id,
        deployment_number: job.deployment_number + 1,
      };
    default:
      return {};
  }
}

const timeUp = ({ time_limit_seconds }: Job, at: Date): Date => new Date(at.getTime() + time_limit_seconds * 1000);
const forgotten = { blocked_code: null, block_code_since: null, waits_for: null, waits_amount: null } as const;

/** A new deployment begins with nothing of the one before. */
const fresh = {
  ...unblocked,
  ...forgotten,
  blocked_seconds: 0,
  ...{ stop_reason: null, outcome: null, outcome_reason: null },
  ...{ started_at: null, stop_at: null, finished_at: null },
} as const;

function blockedPatch(job: Job, event: Extract<JobEvent, { type: 'blocked' }>, at: Date): Partial<Job> {
  const again = job.blocked_code === event.code && job.block_code_since !== null;
  return {
    resume_state: job.state,
    blocked_code: event.code,
    blocked_detail: event.detail,
    waits_for: event.waits_for,
    waits_amount: event.waits_amount ?? null,
    blocked_at: at,
    block_code_since: again ? job.block_code_since : at,
  };
}

function codeFor(state: JobState, type: JobEventType): ProblemCode {
  if (type === 'retried') return 'job_not_ended';
  if (endStates.has(state) || state === 'learning') return 'job_ended';
  return type === 'changed' ? 'job_not_changeable' : 'conflict';
}

function notNow(state: JobState, type: JobEventType): string {
  const allowed = allowedIn(state);
  return `A job that is ${state} cannot be ${words[type] ?? type}; it can be ${allowed.join(', ') || 'left alone'} now.`;
}

/** What callers, as opposed to the stages, may do. */
const words: Partial<Record<JobEventType, string>> = {
  ...{ cancelled: 'cancelled', stop_requested: 'stopped' },
  ...{ changed: 'changed', retried: 'retried' },
};

export const allowedIn = (state: JobState): string[] =>
  Object.entries(words).flatMap(([type, word]) =>
    transitions[type as JobEventType].from.includes(state) ? [word] : [],
  ); // its keys

export const isEnd = (state: JobState): state is EndState => endStates.has(state);

/** In these a job waits for people, for room or for agents, or is over: whoever waits for an answer may have it. */
const resting: ReadonlySet<JobState> = new Set(['blocked', 'awaiting_approval', 'executing']);

export const isAtRest = (state: JobState): boolean => resting.has(state) || isEnd(state);
