/** What leads to a recovery: agents that fail at too much are put down to be looked at. */
import type { Tx } from '../platform/platform.ts';
import { findRecovery, insertRecovery } from './store.ts';

/** One caller at a time: the learner's lock is held. Nothing happens where an agent is looked at already. */
export async function suspect(tx: Tx, agent_ids: readonly string[]): Promise<void> {
  for (const agent_id of agent_ids) {
    if ((await findRecovery(tx, { agent_id })) !== undefined) continue;
    await insertRecovery(tx, { id: tx.newId('recovery'), agent_id });
  }
}
