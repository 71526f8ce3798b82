/** Approvals: what waits for a voter, a question with its facts, and ballots. */
import { z } from 'zod';
import { ApprovalAnswer, ApprovalBrief, ApprovalSummary, Ballot } from '../../shared/approvals/approval.ts';
import { castBallot } from '../../shared/approvals/cast-ballot.ts';
import { getApproval, listApprovals } from '../../shared/approvals/read.ts';
import { keyOf, listOf, listQuery, pageOf } from './lists.ts';
import { route } from './route.ts';

export const approvalRoutes = [
  route('listApprovals', 'GET /v1/deployment/approvals', {
    query: () => z.strictObject(listQuery),
    answer: () => listOf(ApprovalBrief),
    refuses: [],
    run: async ({ platform, caller, input: { cursor, limit }, request }) => {
      const items = await listApprovals(platform, caller, { after: keyOf(request, cursor), limit });
      return pageOf(request, { items, limit, key: ({ approval_id }) => approval_id });
    },
  }),
  route('getApproval', 'GET /v1/deployment/approvals/{job_id}', {
    answer: () => ApprovalAnswer,
    refuses: ['not_found'],
    run: ({ platform, caller, input }) => getApproval(platform, caller, input),
  }),
  route('castBallot', 'POST /v1/deployment/approvals/{job_id}/ballots', {
    body: () => Ballot,
    answer: () => ApprovalSummary,
    refuses: ['not_found', 'not_eligible', 'question_changed', 'approval_closed', 'already_voted'],
    run: ({ platform, caller, input }) => castBallot(platform, caller, input),
  }),
];
