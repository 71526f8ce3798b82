/** What verifiers that are agents were asked, one row a deployment and verifier. */
import type { Tx } from '../../platform/platform.ts';
import { now, store } from '../../platform/database/statement.ts';
import type { VerificationRow } from '../verification.ts';

const { all, among, first, change } = store<{ verifications: VerificationRow }>();

export const verificationsOf = all((q, p: { deployment_id: string }) =>
  q.selectFrom('verifications').selectAll().where('deployment_id', '=', p.deployment_id).orderBy('verifier'),
);

/** Locks the row until the transaction ends: an answer counts once. */
export const lockVerification = first((q, p: { id: string }) =>
  q.selectFrom('verifications').selectAll().where('id', '=', p.id).forUpdate(),
);

export type NewVerification = Omit<VerificationRow, 'asked_at' | 'answer_by' | 'answered_at' | 'checks'> & {
  answer_in_seconds: number;
};

export const insertVerification = change((q, p: NewVerification) =>
  q.insertInto('verifications').values({
    id: p.id,
    deployment_id: p.deployment_id,
    verifier: p.verifier,
    agent_id: p.agent_id,
    job_id: p.job_id,
    definition_sha256: p.definition_sha256,
    asked_at: now(),
    answer_by: now(p.answer_in_seconds),
  }),
);

/** Hits nothing when the question was asked anew or answered meanwhile. */
export const storeChecks = change((q, p: Pick<VerificationRow, 'id' | 'checks'>) =>
  q
    .updateTable('verifications')
    .set({ checks: p.checks, answered_at: now() })
    .where('id', '=', p.id)
    .where('answered_at', 'is', null)
    .returning('id'),
);

/** What it said has been used, or the verifier is asked anew. */
export const deleteVerification = change((q, p: Pick<VerificationRow, 'id'>) =>
  q.deleteFrom('verifications').where('id', '=', p.id),
);

const lockVerificationsOf = among((q, deployment_ids: string[]) =>
  q.selectFrom('verifications').select('id').where('deployment_id', 'in', deployment_ids).orderBy('id').forUpdate(),
);
const deleteVerificationsOf = among((q, deployment_ids: string[]) =>
  q.deleteFrom('verifications').where('deployment_id', 'in', deployment_ids),
);

/** Of deployments that ended. */
export async function forgetVerifications(tx: Tx, deployment_ids: readonly string[]): Promise<void> {
  const locked = await lockVerificationsOf(tx, deployment_ids);
  if (locked.length > 0) await deleteVerificationsOf(tx, deployment_ids);
}
