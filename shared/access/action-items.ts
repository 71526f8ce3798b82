/** Tells people what the machine cannot settle. */
import type { Tx } from '../platform/platform.ts';
import type { ActionItemRow } from './action-item.ts';
import { findOpenActionItem, insertActionItem, updateDone } from './store/action-items.ts';

type About = Pick<ActionItemRow, 'code' | 'subject'>;

/** Raises an item; nothing happens while one of this code and subject is still open. */
export async function raiseActionItem(tx: Tx, { code, subject, detail }: About & { detail: string }): Promise<void> {
  if ((await findOpenActionItem(tx, { code, subject })) !== undefined) return;
  await insertActionItem(tx, { id: tx.newId('item'), code, subject, detail });
}

/** Settles the open item of this code and subject, where there is one: its cause is gone. */
export async function settleOpenItem(tx: Tx, { code, subject, by }: About & { by: string }): Promise<void> {
  const open = await findOpenActionItem(tx, { code, subject });
  if (open !== undefined) await updateDone(tx, { id: open.id, done_by: by });
}
