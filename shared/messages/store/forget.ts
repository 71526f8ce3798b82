/** Messages that nobody needs any more. */
import { store } from '../../platform/database/statement.ts';
import type { Tx } from '../../platform/platform.ts';
import type { Message } from '../message.ts';

const { all, among } = store<{ messages: Message; message_deaths: { message_id: string } }>();

export interface Old {
  state: 'acknowledged' | 'dead';
  settled_before: Date;
  /** An id that no message had which was sent before: the search ends there. */
  below: string;
  limit: number;
}

const lockOld = all((q, p: Old) =>
  q
    .selectFrom('messages')
    .select('id')
    .where('id', '<', p.below)
    .where('state', '=', p.state)
    .where('settled_at', '<', p.settled_before)
    .orderBy('id')
    .limit(p.limit)
    .forUpdate(),
);
const deleteDeaths = among((q, ids: string[]) => q.deleteFrom('message_deaths').where('message_id', 'in', ids));
const deleteMessages = among((q, ids: string[]) => q.deleteFrom('messages').where('id', 'in', ids));

/** Gives how many are gone. */
export async function deleteOld(tx: Tx, old: Old): Promise<number> {
  const ids = (await lockOld(tx, old)).map(({ id }) => id);
  await deleteDeaths(tx, ids);
  await deleteMessages(tx, ids);
  return ids.length;
}
