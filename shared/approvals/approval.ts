/** A question, its ballots, and how it stands. */
import { z } from 'zod';
import { jsonObject, time } from '../platform/wire.ts';
import { RuleTried, type Workflow } from './policy.ts';
import type { Voter } from './quorum.ts';

export const approvalStates = ['open', 'granted', 'rejected', 'expired', 'voided', 'consumed'] as const;
export type ApprovalState = (typeof approvalStates)[number];

/** Fixed when the question opens. */
export interface Electorate {
  requester: { id: string; owner_id: string };
  job_agents: string[];
  category: string;
  voters: Voter[];
}

/** The row. Times are the database's. */
export interface Approval {
  id: string;
  version: number;
  head_hash: string;
  job_id: string;
  deployment_id: string;
  state: ApprovalState;
  workflow_name: string;
  workflow: Workflow;
  electorate: Electorate;
  definition_sha256: string;
  cost_ceiling_micros: number;
  environment: string;
  opened_at: Date;
  deadline_at: Date;
  granted_at: Date | null;
  /** From `granted_at`; grows by the time the job is blocked. */
  valid_seconds: number;
  due_at: Date | null;
  due_seconds: number;
}

export interface BallotRow {
  id: string;
  approval_id: string;
  voter_id: string;
  decision: 'yes' | 'no';
  confidence: number;
  reasoning: string;
  evidence: string[];
  cast_at: Date;
}

const ballot = z.strictObject({
  definition_sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits')
    .describe('of the question, as the approval shows it'),
  decision: z.enum(['yes', 'no']),
  confidence: z.number().min(0).max(1),
  reasoning: z
    .string()
    .max(10_000)
    .refine((text) => text.isWellFormed() && !text.includes('\0'), 'has a NUL or half a character')
    .default('')
    .describe('required for no'),
  evidence: z.array(z.url().max(2000)).max(20).default([]).describe('links'),
});

const needsReason = { path: ['reasoning'], message: 'a no needs its reasoning' };
const isReasoned = (given: { decision: string; reasoning: string }) =>
  given.decision === 'yes' || given.reasoning.trim() !== '';

export const Ballot = ballot.refine(isReasoned, needsReason).meta({ id: 'Ballot' });

export type Ballot = z.output<typeof Ballot>;

/** A ballot given in answer to the signed question; it names the approval, so that it fits no other. */
export const SignedBallot = ballot
  .extend({ approval_id: z.string() })
  .refine(isReasoned, needsReason)
  .meta({ id: 'SignedBallot' });

export const BallotAnswer = z
  .strictObject({
    voter_id: z.string(),
    decision: z.enum(['yes', 'no']),
    confidence: z.number(),
    reasoning: z.string(),
    evidence: z.array(z.string()),
    cast_at: time,
  })
  .meta({ id: 'BallotAnswer' });

const GroupAnswer = z
  .strictObject({
    group: z.string(),
    title: z.string(),
    needed: z.int(),
    have: z.int(),
    possible: z.int().describe('if everybody who has not said no says yes'),
  })
  .meta({ id: 'GroupCount' });

export const ApprovalSummary = z
  .strictObject({
    approval_id: z.string(),
    job_id: z.string(),
    policy: z.string().describe('the workflow that decides'),
    definition_sha256: z.string().describe('of {definition, environment, cost_ceiling_usd}: what a ballot names'),
    environment: z.string(),
    cost_ceiling_usd: z.number(),
    state: z.enum(approvalStates),
    approved_count: z.int(),
    required_count: z.int(),
    final_decision: z.enum(['granted', 'rejected', 'expired', 'voided']).nullable().describe('null while it is open'),
    consensus_reasoning: z.string(),
    ballots: z.array(BallotAnswer),
    groups: z.array(GroupAnswer),
    still_asked: z.array(z.string()).describe('voters who have not answered'),
    opened_at: time,
    deadline_at: time,
  })
  .meta({ id: 'ApprovalSummary' });

export type ApprovalSummary = z.output<typeof ApprovalSummary>;

/** The whole: the question with its facts, ballots and the reason why this workflow decides. */
export const ApprovalAnswer = ApprovalSummary.extend({
  deployment_id: z.string(),
  definition: jsonObject,
  estimate: jsonObject.nullable(),
  readiness: jsonObject.nullable(),
  tree: z.array(RuleTried).describe('each rule tried, with its value'),
}).meta({ id: 'Approval' });

export type ApprovalAnswer = z.output<typeof ApprovalAnswer>;

/** A line of what waits for a voter. */
export const ApprovalBrief = z
  .strictObject({
    approval_id: z.string(),
    job_id: z.string(),
    policy: z.string(),
    category: z.string(),
    definition_sha256: z.string(),
    environment: z.string(),
    cost_ceiling_usd: z.number(),
    opened_at: time,
    deadline_at: time,
  })
  .meta({ id: 'ApprovalBrief' });

export type ApprovalBrief = z.output<typeof ApprovalBrief>;
