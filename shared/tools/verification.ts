/** A verification: what an agent that is a verifier was asked about one deployment, and what it says. Pure. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { name } from '../platform/wire.ts';

export const checkStates = ['passed', 'failed', 'warned'] as const;

const text = z
  .string()
  .max(1000)
  .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), 'expected one line of text');

/** What a verifier answers; members beside these are not looked at. */
export const VerifierChecks = z.object({
  checks: z.array(z.object({ name, state: z.enum(checkStates), reason: text, remedy: text.nullish() })).max(50),
});

export type VerifierCheck = z.output<typeof VerifierChecks>['checks'][number];

/** The most that an answer may be, in bytes. */
export const answerBytes = 64 * 1024;

/** An agent's answer says what it is about, so that it counts for nothing else. */
export const VerificationAnswer = VerifierChecks.extend({
  job_id: z.string(),
  deployment_id: z.string(),
  definition_sha256: z.string(),
});

export type VerificationAnswer = z.output<typeof VerificationAnswer>;

/** The row. */
export interface VerificationRow {
  id: string;
  deployment_id: string;
  verifier: string;
  agent_id: string;
  job_id: string;
  definition_sha256: string;
  asked_at: Date;
  /** Not answered by then: asked anew. */
  answer_by: Date;
  answered_at: Date | null;
  checks: VerifierCheck[] | null;
}

/** How long an answer that found nothing wrong counts: as long as a blocked job waits at most between two tries. */
const keptSeconds = 600;

interface Asking {
  deployment_id: string;
  verifier: string;
  /** The job's: it stays while a try is repeated, and is another after each block. */
  version: number;
}

/** The same for the same try, so that asking again after a crash is known as a repetition. */
export const verificationId = ({ deployment_id, verifier, version }: Asking): string =>
  `vrf_${createHash('sha256').update(`${deployment_id}/${version}/${verifier}`).digest('hex').slice(0, 40)}`;

/** Whether to ask, to wait for the answer that is still to come, or to use the one that is there. */
export function standingOf(
  row: VerificationRow | undefined,
  { agent_id, at }: { agent_id: string; at: Date },
): 'ask' | 'wait' | 'use' {
  if (row === undefined || row.agent_id !== agent_id) return 'ask';
  if (row.answered_at === null) return row.answer_by > at ? 'wait' : 'ask';
  return at.getTime() - row.answered_at.getTime() <= keptSeconds * 1000 ? 'use' : 'ask';
}

type About = Pick<VerificationRow, 'job_id' | 'deployment_id' | 'definition_sha256'>;

/** What an answer is not about that it should be, in words; undefined when it fits. */
export function strayIn(row: About, answer: VerificationAnswer): string | undefined {
  const wrong = (['job_id', 'deployment_id', 'definition_sha256'] as const).find(
    (field) => row[field] !== answer[field],
  );
  return wrong === undefined ? undefined : `it is about another ${wrong} than was asked about`;
}

/** A message may come twice. */
export const isSameAnswer = (a: readonly VerifierCheck[], b: readonly VerifierCheck[]): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** Where who waits for an answer hears of it. */
export const verificationHint = (id: string): string => `verification:${id}`;
