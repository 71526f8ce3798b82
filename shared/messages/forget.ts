/** Messages that were settled long ago go, and dead letters that nobody has sent again. */
import { firstIdOf } from '../platform/ids.ts';
import type { Tx } from '../platform/platform.ts';
import { deleteOld, type Old } from './store/forget.ts';

/** At most `limit` that were settled so `seconds` ago or earlier. Gives how many are gone. */
export function forgetMessages(
  tx: Tx,
  { state, seconds, limit }: Pick<Old, 'state' | 'limit'> & { seconds: number },
): Promise<number> {
  const settled_before = new Date(tx.at.getTime() - seconds * 1000);
  return deleteOld(tx, { state, settled_before, below: firstIdOf('msg', settled_before), limit });
}
