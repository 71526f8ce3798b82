/** listActionItems: what a person must look at, and what was looked at. */
import type { Platform } from '../platform/platform.ts';
import { actionItem, type ActionItem } from './action-item.ts';
import type { Caller } from './caller.ts';
import { listItemRows, type ItemFilter } from './store/action-items.ts';

/** Newest first. */
export const listActionItems = async (platform: Platform, _caller: Caller, filter: ItemFilter): Promise<ActionItem[]> =>
  (await listItemRows(platform.db.read, filter)).map(actionItem);
