/** Questions whose jobs are archived: they are gone with everybody who was asked, and what they said. */
import type { Tx } from '../../platform/platform.ts';
import { store } from '../../platform/database/statement.ts';
import type { Approval } from '../approval.ts';

interface OfApproval {
  id: string;
  approval_id: string;
}

const { among, change } = store<{ approvals: Approval; asks: OfApproval; ballots: OfApproval; voters: OfApproval }>();

const lockApprovals = among((q, deployment_ids: string[]) =>
  q
    .selectFrom('approvals')
    .select(['id', 'version', 'head_hash'])
    .where('deployment_id', 'in', deployment_ids)
    .orderBy('id')
    .forUpdate(),
);
const asksOf = among((q, approval_ids: string[]) =>
  q.selectFrom('asks').select(['id', 'approval_id']).where('approval_id', 'in', approval_ids).orderBy('id'),
);
/** Never of another approval, so it does not matter what has become of it since it was looked up. */
const deleteAsk = change((q, p: OfApproval) =>
  q.deleteFrom('asks').where('id', '=', p.id).where('approval_id', '=', p.approval_id),
);
const deleteBallots = among((q, ids: string[]) => q.deleteFrom('ballots').where('approval_id', 'in', ids));
const deleteVoters = among((q, ids: string[]) => q.deleteFrom('voters').where('approval_id', 'in', ids));
const deleteApprovals = among((q, ids: string[]) => q.deleteFrom('approvals').where('id', 'in', ids));

/** Those of these deployments. Gives where their chains of events ended. */
export async function forgetApprovals(tx: Tx, deployment_ids: readonly string[]) {
  const heads = await lockApprovals(tx, deployment_ids);
  const ids = heads.map(({ id }) => id);
  for (const ask of await asksOf(tx, ids)) await deleteAsk(tx, ask);
  await deleteBallots(tx, ids);
  await deleteVoters(tx, ids);
  await deleteApprovals(tx, ids);
  return heads;
}
