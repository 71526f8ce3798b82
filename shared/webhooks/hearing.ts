/** Who is told of what: the webhooks that ask for it, as far as their owners may see it. Pure. */
import type { Caller } from '../access/caller.ts';
import { mayCall, mayReadAll } from '../access/permissions.ts';
import type { Electorate } from '../approvals/approval.ts';
import { maySeeApproval } from '../approvals/visible.ts';
import { ownsJob } from '../road/visible-job.ts';
import { kindOf, matches, shownBy, type EventType } from './event-types.ts';
import type { Format } from './webhook.ts';

/** An enabled webhook. */
export interface Hearer {
  id: string;
  format: Format;
  event_types: readonly string[];
  since_cursor: number;
  /** As far as it says what they may see. */
  owner: Caller;
}

/** Whose it is, where roles alone do not say who may see it. */
export interface Subject {
  job?: { submitter_id: string; owner_id: string } | undefined;
  approval?: { electorate: Electorate } | undefined;
}

export const hears = (hearer: Hearer, type: EventType, subject: Subject): boolean =>
  hearer.event_types.some((pattern) => matches(pattern, type)) && maySee(hearer.owner, type, subject);

function maySee(owner: Caller, type: EventType, { job, approval }: Subject): boolean {
  const kind = kindOf(type);
  if (!mayCall(owner, shownBy[kind])) return false;
  if (kind === 'approval') return approval !== undefined && maySeeApproval(owner, approval);
  if (kind !== 'job' || mayReadAll(owner)) return true;
  return job !== undefined && ownsJob(owner, job);
}
