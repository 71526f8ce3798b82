/** Who may see a question. Pure. */
import { hasRole, type Caller } from '../access/caller.ts';
import { mayReadAll } from '../access/permissions.ts';
import type { Approval } from './approval.ts';

/** Readers and approvers all; others what they are asked, what they asked for, and what they take part in. */
export function maySeeApproval(caller: Caller, { electorate }: Pick<Approval, 'electorate'>): boolean {
  if (mayReadAll(caller) || hasRole(caller, 'approver')) return true;
  const { requester, job_agents, voters } = electorate;
  const requesting = [requester.id, requester.owner_id];
  return (
    requesting.includes(caller.id) ||
    (caller.owner_id !== null && requesting.includes(caller.owner_id)) ||
    job_agents.includes(caller.id) ||
    voters.some(({ id }) => id === caller.id)
  );
}
