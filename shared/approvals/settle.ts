/** The only way a question changes its state: row and event in one. */
import { loseRace } from '../outcomes.ts';
import type { Tx } from '../platform/platform.ts';
import type { Json } from '../platform/wire.ts';
import { nextEvent, record } from '../events/record.ts';
import type { Approval, ApprovalState } from './approval.ts';
import { updateHead, updateMoved } from './store.ts';

export interface Change {
  type: 'ballot_cast' | 'counted' | 'expired' | 'consumed' | 'voided';
  by: string;
  data: Record<string, Json>;
  /** The same as before when a ballot settles nothing. */
  state: ApprovalState;
}

/** Writes the change and gives the row as it is now; loses the race when another was faster. */
export async function changeApproval(tx: Tx, approval: Approval, { type, by, data, state }: Change): Promise<Approval> {
  const event = nextEvent(
    tx,
    { stream: approval.id, version: approval.version, head_hash: approval.head_hash },
    { type, actor: by, data },
  );
  const head = { id: approval.id, version: event.number, head_hash: event.hash, was_version: approval.version };
  const granted_at = state === 'granted' ? tx.at : approval.granted_at;
  const due_seconds = tx.config.DUE_SECONDS;
  const due = { due_seconds, due_in_seconds: waitsForItsJob.has(state) ? due_seconds : null };
  const hit =
    state === approval.state
      ? await updateHead(tx, head)
      : await updateMoved(tx, { ...head, ...due, state, granted_at, was: approval.state });
  if (hit.length === 0) loseRace();
  record(tx, event);
  if (approval.state === 'open' && state !== 'open') tellSettled(tx, approval, state);
  return { ...approval, version: head.version, head_hash: head.head_hash, state, granted_at };
}

function tellSettled(tx: Tx, { opened_at, workflow_name }: Approval, state: ApprovalState): void {
  const seconds = (tx.at.getTime() - opened_at.getTime()) / 1000;
  const attributes = { 'muster.approval.workflow': workflow_name, 'muster.approval.state': state };
  tx.tell((telemetry) => telemetry.measure('muster.approval.duration', seconds, attributes));
}

/** Settled by ballots: the execute stage is rung until the job has taken the answer. */
const waitsForItsJob: ReadonlySet<ApprovalState> = new Set(['granted', 'rejected']);
