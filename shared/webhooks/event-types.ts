/** What webhooks may be told of, and which line of the record each is. Pure. docs/webhooks.md has this table. */
import type { Operation } from '../access/permissions.ts';
import type { Event } from '../events/chain.ts';
import { endStates, type EndState } from '../jobs/job.ts';

/** Each with what has happened, in words that stand before the name of what it happened to. */
export const eventTypes = {
  'job.submitted': 'A job was submitted',
  'job.blocked': 'A job is blocked',
  'job.started': 'A job has started',
  'job.succeeded': 'A job has succeeded',
  'job.failed': 'A job has failed',
  'job.rolled_back': 'A job was rolled back',
  'job.rejected': 'A job was rejected',
  'job.expired': 'A job has expired',
  'job.cancelled': 'A job was cancelled',
  'approval.asked': 'An approval is asked for',
  'approval.granted': 'An approval was granted',
  'approval.rejected': 'An approval was rejected',
  'approval.expired': 'An approval has expired',
  'approval.voided': 'An approval was voided',
  'agent.isolated': 'An agent was isolated',
  'agent.recovered': 'An agent has recovered',
  'agent.escalated': 'An agent did not recover',
  'agent.restored': 'An agent was restored',
  'agent.draining': 'An agent is draining',
  'action_item.raised': 'Somebody must look at this',
  'action_item.done': 'Somebody has looked at this',
  'budget.alert': 'A budget is nearly spent, or spent',
  'digest.daily': 'The day',
  'webhook.disabled': 'A webhook was disabled',
  'webhook.ping': 'This is a test',
} as const;

export type EventType = keyof typeof eventTypes;
export type Kind = 'job' | 'approval' | 'agent' | 'action_item' | 'budget' | 'digest' | 'webhook';

/** A ping goes to whom it is for, asked for or not. */
export const subscribable = (Object.keys(eventTypes) as EventType[]).filter((type) => type !== 'webhook.ping');

export const kindOf = (type: EventType): Kind => type.slice(0, type.indexOf('.')) as Kind; // by their names above

/** Whoever may call it may be told of such events; of jobs and approvals the row decides as well. */
export const shownBy: Record<Kind, Operation> = {
  job: 'getJob',
  approval: 'getApproval',
  agent: 'listAgents',
  action_item: 'listActionItems',
  budget: 'listBudgets',
  digest: 'getStatistics',
  webhook: 'listEvents',
};

/** `*` is everything, `job.*` everything of jobs. */
export const matches = (pattern: string, type: EventType): boolean =>
  pattern === '*' || pattern === type || pattern === `${kindOf(type)}.*`;

/** Whether any type fits. */
export const isPattern = (pattern: string): boolean => subscribable.some((type) => matches(pattern, type));

const settled: Record<string, EventType> = { granted: 'approval.granted', rejected: 'approval.rejected' };

const jobTypes: Record<string, EventType> = {
  submitted: 'job.submitted',
  blocked: 'job.blocked',
  started: 'job.started',
};

/** Of a job. */
export const isEnd = (type: EventType): boolean => kindOf(type) === 'job' && !Object.values(jobTypes).includes(type);

const isEndState = (state: unknown): state is EndState => endStates.has(state as EndState);

/** The type of a line of the record; undefined: nobody is told of it. */
export function typeOf({ stream, type, data }: Pick<Event, 'stream' | 'type' | 'data'>): EventType | undefined {
  if (stream.startsWith('job_')) return endTold(data) ?? jobTypes[type];
  if (stream.startsWith('approval_')) return approvalType(type, data);
  if (stream.startsWith('agent:')) return ownType(`agent.${type}`);
  if (stream.startsWith('webhook_')) return ownType(`webhook.${type}`);
  return undefined;
}

/** Each line says where the job stands: one that has ended stays there when it is archived. */
const endTold = ({ from, to }: Event['data']): EventType | undefined =>
  from !== to && isEndState(to) ? `job.${to}` : undefined;

function approvalType(type: string, data: Event['data']): EventType | undefined {
  if (type === 'opened') return 'approval.asked';
  const to = data['settled'];
  return (typeof to === 'string' ? settled[to] : undefined) ?? ownType(`approval.${type}`);
}

const ownType = (name: string): EventType | undefined =>
  Object.hasOwn(eventTypes, name) ? (name as EventType) : undefined;
