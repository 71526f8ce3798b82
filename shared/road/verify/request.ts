/** What is asked of a verifier that is an agent, at its endpoint or by mail; and what it may say in place. Pure. */
import { isSigned, type Received } from '../../platform/outbound/signature.ts';
import type { OutboundAnswer } from '../../platform/outbound/outbound.ts';
import type { Json } from '../../platform/wire.ts';
import { definitionSha256 } from '../../jobs/canonical.ts';
import type { JobDefinition } from '../../jobs/definition.ts';
import type { Job } from '../../jobs/job.ts';
import { wrongWith } from '../../readiness/checks/verifiers.ts';
import { toldDefinition } from '../../readiness/question.ts';
import {
  strayIn,
  verificationId,
  VerificationAnswer,
  type VerificationRow,
  type VerifierCheck,
} from '../../tools/verification.ts';
import type { VerifierRow } from '../../tools/verifier.ts';

export type ByAgent = VerifierRow & { agent_id: string };

export const isByAgent = (row: VerifierRow): row is ByAgent => row.agent_id !== null;

/** The job as it stands, and what it asks for. */
export interface Asking {
  job: Job;
  definition: JobDefinition;
}

export type Question = Omit<VerificationRow, 'asked_at' | 'answer_by' | 'answered_at' | 'checks'>;

export const questionFor = ({ job, definition }: Asking, { name, agent_id }: ByAgent): Question => ({
  id: verificationId({ deployment_id: job.deployment_id, verifier: name, version: job.version }),
  deployment_id: job.deployment_id,
  verifier: name,
  agent_id,
  job_id: job.id,
  definition_sha256: definitionSha256(definition),
});

/** What the agent is told. */
export const requestOf = (
  { id, agent_id: _, ...about }: Question,
  definition: JobDefinition,
): Record<string, Json> => ({
  type: 'verification_request',
  verification_id: id,
  ...about,
  definition: toldDefinition(definition),
});

/** An answer in place also says which request it is to: nobody can play an earlier one again. */
const InPlace = VerificationAnswer.extend({ verification_id: VerificationAnswer.shape.job_id });

/** What came of a call: checks, a later answer by mail, or nothing of use, with the reason. */
export type Called = { checks: VerifierCheck[] } | 'later' | { useless: string };

interface Expected {
  question: Question;
  secret: string;
  at: Date;
}

/** Reads the answer to the signed call. One that is not signed, or is about something else, counts for nothing. */
export function readAnswer({ status, headers, body }: OutboundAnswer, { question, secret, at }: Expected): Called {
  if (status === 202) return 'later';
  if (status !== 200) return { useless: `it answered with ${status}` };
  const received: Received = { headers, body, at };
  if (!isSigned(secret, received)) return { useless: 'its answer was not signed with the secret of its endpoint' };
  const answer = InPlace.safeParse(parsed(body));
  if (!answer.success) return { useless: `its answer does not fit: ${wrongWith(answer.error)}` };
  if (answer.data.verification_id !== question.id) return { useless: 'it answered another verification' };
  const stray = strayIn(question, answer.data);
  return stray === undefined ? { checks: answer.data.checks } : { useless: stray };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // no JSON does not fit the schema either, which says so
  }
}
