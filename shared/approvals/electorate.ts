/** Who may answer a question: fixed when it opens. Pure. */
import { ownerOf } from '../access/caller.ts';
import { evaluate, type Facts } from './condition.ts';
import type { Workflow } from './policy.ts';
import type { Voter } from './quorum.ts';

export interface Candidate {
  id: string;
  owner_id: string | null;
  kind: 'person' | 'service' | 'agent';
  roles: readonly string[];
  categories: readonly string[];
  /** An agent's; null of others. */
  state: string | null;
}

/** Whom four eyes keep out. */
export interface Involved {
  requester: { id: string; owner_id: string | null };
  /** The agents that would do the job. */
  job_agents: readonly string[];
}

/**
 * Those who have nothing to do with the job: never the requester, the requester's owner, what one of the
 * two owns, nor an agent of the job; of agents only active ones.
 */
export const eligible = <C extends Candidate>(candidates: readonly C[], { requester, job_agents }: Involved): C[] => {
  const requesting = new Set([requester.id, ownerOf(requester)]);
  return candidates.filter(
    ({ id, owner_id, kind, state }) =>
      !requesting.has(id) &&
      (owner_id === null || !requesting.has(owner_id)) &&
      !job_agents.includes(id) &&
      (kind !== 'agent' || state === 'active'),
  );
};

/** Puts candidates into the groups whose condition they meet; who meets none is no voter. An error is a no. */
export function votersOf(workflow: Workflow, candidates: readonly Candidate[], facts: Facts): Voter[] {
  return candidates.flatMap((candidate) => {
    const seen = { ...facts, voter: seenAs(candidate) };
    const groups = workflow.groups.filter(({ voter }) => evaluate(voter, seen).holds === true).map(({ name }) => name);
    const veto = workflow.veto !== undefined && evaluate(workflow.veto.voter, seen).holds === true;
    if (groups.length === 0 && !veto) return [];
    return [{ id: candidate.id, owner_id: ownerOf(candidate), groups, veto }];
  });
}

const seenAs = ({ id, owner_id, kind, roles, categories }: Candidate) => ({
  id,
  owner_id,
  kind,
  roles: [...roles],
  categories: [...categories],
});
