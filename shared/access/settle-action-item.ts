/** settleActionItem: a person has looked at it. */
import { refuse } from '../outcomes.ts';
import type { Platform } from '../platform/platform.ts';
import { actionItem, type ActionItem } from './action-item.ts';
import type { Caller } from './caller.ts';
import { findActionItem, updateDone } from './store/action-items.ts';

/** It may be raised anew when the same happens again. Settling it twice changes nothing. Refuses `not_found`. */
export const settleActionItem = (
  platform: Platform,
  caller: Caller,
  { item_id }: { item_id: string },
): Promise<ActionItem> =>
  platform.db.transaction('settleActionItem', async (tx) => {
    await updateDone(tx, { id: item_id, done_by: caller.id });
    return actionItem((await findActionItem(tx, { id: item_id })) ?? refuse('not_found'));
  });
