/** What an agent that is a verifier answers by mail: kept once, for exactly what it was asked about. */
import type { z } from 'zod';
import { refuse } from '../outcomes.ts';
import type { Tx } from '../platform/platform.ts';
import type { Json } from '../platform/wire.ts';
import { lockVerification, storeChecks } from './store/verifications.ts';
import {
  answerBytes,
  isSameAnswer,
  strayIn,
  VerificationAnswer,
  verificationHint,
  type VerificationRow,
} from './verification.ts';

interface Given {
  /** Of the verification; the message's correlation id. */
  id: string;
  body: Record<string, Json>;
  /** Where the body stands in what was sent. */
  pointer: string;
}

/**
 * Wakes the job. The same answer again changes nothing. Refuses `not_found` (nobody has asked, has asked another, or
 * has asked anew since), `too_large`, `invalid`, `question_changed` (it is about something else), and `conflict` for
 * another answer than the first.
 */
export async function answerVerification(tx: Tx, agent_id: string, { id, body, pointer }: Given): Promise<void> {
  const row = await lockVerification(tx, { id });
  if (row === undefined || row.agent_id !== agent_id) refuse('not_found', { detail: notAsked });
  const { checks } = answerIn(row, body, pointer);
  if (row.checks !== null && isSameAnswer(row.checks, checks)) return;
  if (row.checks !== null) refuse('conflict', { detail: 'You have answered this verification already.' });
  await keepChecks(tx, row, checks);
  tx.ring('wake', row.job_id);
}

const notAsked = 'You are not asked this: name the request’s correlation_id; it may have been asked anew since.';

function answerIn(row: VerificationRow, body: Given['body'], pointer: string): VerificationAnswer {
  if (Buffer.byteLength(JSON.stringify(body)) > answerBytes)
    refuse('too_large', { detail: `An answer is at most ${answerBytes} bytes.` });
  const answer = VerificationAnswer.safeParse(body);
  if (!answer.success) return refuse('invalid', { errors: pointed(answer.error, pointer) });
  const stray = strayIn(row, answer.data);
  if (stray !== undefined) refuse('question_changed', { detail: `The answer does not count: ${stray}.` });
  return answer.data;
}

const pointed = ({ issues }: z.ZodError, pointer: string) =>
  issues.slice(0, 20).map(({ path, message }) => ({ pointer: [pointer, ...path].join('/'), message }));

/** Keeps the first answer to what was asked last, and tells who waits for it. */
export async function keepChecks(
  tx: Tx,
  { id }: Pick<VerificationRow, 'id'>,
  checks: VerificationAnswer['checks'],
): Promise<void> {
  await storeChecks(tx, { id, checks });
  tx.hint(verificationHint(id));
}
