/** Tells people what the machine cannot settle. */
import type { Tx } from '../platform/platform.ts';
import { findOpenActionItem, insertActionItem } from './store/action-items.ts';

export interface ActionItem {
  /** What kind of thing it is, such as `compensation_failed`. */
  code: string;
  /** The id of what it is about. */
  subject: string;
  detail: string;
}

/** Raises an item; nothing happens while one of this code and subject is still open. */
export async function raiseActionItem(tx: Tx, { code, subject, detail }: ActionItem): Promise<void> {
  if ((await findOpenActionItem(tx, { code, subject })) !== undefined) return;
  await insertActionItem(tx, { id: tx.newId('item'), code, subject, detail });
}
