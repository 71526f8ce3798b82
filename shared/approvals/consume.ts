/** The two ends of a question that is no longer needed: used once, or void. */
import type { Tx } from '../platform/platform.ts';
import { musterActor } from '../access/caller.ts';
import type { Approval } from './approval.ts';
import { changeApproval } from './settle.ts';
import { clearDue, lockNewestOfDeployment } from './store.ts';

export type { Approval };

/** A granted approval starts one deployment: loses the race when it is not granted any more. */
export async function consumeApproval(tx: Tx, approval: Approval): Promise<void> {
  if (approval.state !== 'granted') throw new Error(`approval ${approval.id} is ${approval.state}, not granted`);
  const { deployment_id, definition_sha256 } = approval;
  await changeApproval(tx, approval, {
    type: 'consumed',
    by: musterActor,
    data: { deployment_id, definition_sha256 },
    state: 'consumed',
  });
}

/** Changing, cancelling and every end void the question, open or granted; others stay as they are. */
export async function voidApproval(tx: Tx, deployment_id: string, reason: string): Promise<void> {
  const approval = await lockNewestOfDeployment(tx, { deployment_id });
  if (approval === undefined) return;
  if (approval.state === 'open' || approval.state === 'granted') {
    await changeApproval(tx, approval, { type: 'voided', by: musterActor, data: { reason }, state: 'voided' });
  } else if (approval.due_at !== null) {
    await clearDue(tx, approval);
  }
}
