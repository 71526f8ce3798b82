/** Counts what no channel allowed: a row for a sender, a type and a role, however often it is tried. */
import { upsert } from '../platform/database/statement.ts';
import type { Platform } from '../platform/platform.ts';
import type { RefusedMessages } from './channel.ts';
import { insertRefused, refusedAgain } from './store/channels.ts';

/** Of one call. */
const most = 10;

export const noteRefused = (
  platform: Platform,
  from_id: string,
  tried: readonly Pick<RefusedMessages, 'type' | 'to_role'>[],
): Promise<void> =>
  platform.db.transaction('noteRefused', async (tx) => {
    const each = new Map(tried.map((one) => [`${one.type} ${one.to_role}`, one]));
    for (const [, { type, to_role }] of [...each].toSorted(([a], [b]) => (a < b ? -1 : 1)).slice(0, most))
      await upsert(tx, { from_id, type, to_role }, { update: refusedAgain, insert: insertRefused });
  });
