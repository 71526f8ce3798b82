/** A question as callers see it. Pure. */
import { usdOf } from '../platform/money.ts';
import type { Approval, ApprovalBrief, ApprovalState, ApprovalSummary, BallotRow } from './approval.ts';
import type { Counted } from './count.ts';

export function summaryOf({ approval, tally, ballots, lost }: Counted & { approval: Approval }): ApprovalSummary {
  const voted = new Set(ballots.map(({ voter_id }) => voter_id));
  const sum = (of: 'have' | 'needed') => tally.groups.reduce((total, group) => total + group[of], 0);
  const { voters } = approval.electorate;
  return {
    ...identityOf(approval),
    state: approval.state,
    approved_count: sum('have'),
    required_count: sum('needed'),
    final_decision: finalDecision[approval.state],
    consensus_reasoning: tally.reasoning,
    ballots: ballots.map(ballotAnswer),
    groups: tally.groups.map((group) => ({ ...group, title: titleOf(approval, group.group) })),
    still_asked:
      approval.state === 'open' ? voters.map(({ id }) => id).filter((id) => !voted.has(id) && !lost.has(id)) : [],
  };
}

const identityOf = (approval: Approval) => ({
  approval_id: approval.id,
  job_id: approval.job_id,
  policy: approval.workflow_name,
  definition_sha256: approval.definition_sha256,
  environment: approval.environment,
  cost_ceiling_usd: usdOf(approval.cost_ceiling_micros),
  opened_at: approval.opened_at,
  deadline_at: approval.deadline_at,
});

export const briefOf = (approval: Approval): ApprovalBrief => ({
  ...identityOf(approval),
  category: approval.electorate.category,
});

/** A consumed approval was granted. */
const finalDecision: Record<ApprovalState, ApprovalSummary['final_decision']> = {
  open: null,
  granted: 'granted',
  consumed: 'granted',
  rejected: 'rejected',
  expired: 'expired',
  voided: 'voided',
};

const ballotAnswer = ({ id: _, approval_id: __, ...ballot }: BallotRow) => ballot;

function titleOf({ workflow, electorate }: Approval, name: string): string {
  const group = workflow.groups.find((each) => each.name === name);
  return (group?.title ?? name).replaceAll('{category}', electorate.category);
}

/** "Waiting for one more head of marketing_brand; asked seo_lead 12 s ago." `at` is now. */
export function waitingWords(approval: ApprovalSummary, at: Date): string {
  if (approval.final_decision !== null) return approval.consensus_reasoning;
  const missing = approval.groups
    .filter(({ needed, have }) => have < needed)
    .map(({ needed, have, title }) =>
      needed - have === 1 ? `one more ${title}` : `${needed - have} more ${plural(title)}`,
    );
  const seconds = Math.max(0, Math.round((at.getTime() - approval.opened_at.getTime()) / 1000));
  const asked =
    approval.still_asked.length === 0
      ? 'nobody is left to ask'
      : `asked ${someOf(approval.still_asked)} ${seconds} s ago`;
  return `Waiting for ${missing.join(' and ') || 'those with a veto'}; ${asked}.`;
}

/** "head of data" → "heads of data". */
const plural = (title: string): string => title.replace(/^\S+/, '$&s');

/** The first few names, and how many more. */
const someOf = (names: readonly string[]): string =>
  names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} others`;
