/** settleMessages: a received message is done with, wanted again, or a dead letter. */
import type { Caller } from '../access/caller.ts';
import { refuse } from '../outcomes.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import type { Message, SettleAnswer, SettleInput, Settlement } from './message.ts';
import { mailHint } from './mailbox.ts';
import { endMessage, lockDelivered, returnMessage, type Ended, type Returned } from './store.ts';

/**
 * Each with its receipt; repeating one gives the first answer. Those that have been delivered again meanwhile are
 * left out of the answer; refuses `lease_lost` when that is all of them.
 */
export function settleMessages(platform: Platform, caller: Caller, { settle }: SettleInput): Promise<SettleAnswer> {
  const inOrder = settle.toSorted((a, b) => (a.message_id < b.message_id ? -1 : 1));
  return platform.db.transaction('settleMessages', async (tx) => {
    const settled: SettleAnswer['settled'] = [];
    for (const one of inOrder) {
      const state = await settleOne(tx, caller.id, one);
      if (state !== undefined) settled.push({ message_id: one.message_id, state });
    }
    if (settled.length === 0) refuse('lease_lost', { detail: 'These deliveries are not yours any more.' });
    return { settled };
  });
}

async function settleOne(
  tx: Tx,
  holder_id: string,
  one: Settlement,
): Promise<SettleAnswer['settled'][number]['state'] | undefined> {
  const delivery = { id: one.message_id, holder_id, receipt: one.receipt };
  const message = await lockDelivered(tx, delivery);
  if (message === undefined) return undefined;
  if (message.state !== 'received') return message.state;
  const end = endOf(message, one, { at: tx.at, most_attempts: tx.config.AGENT_MAX_RETRIES });
  if ('settled_at' in end) await endMessage(tx, { ...delivery, ...end });
  else await returnMessage(tx, { ...delivery, ...end });
  if (end.state === 'queued') tx.hint(mailHint(message.mailbox));
  return end.state;
}

/** What a settlement makes of a message. */
export function endOf(
  { attempts }: Pick<Message, 'attempts'>,
  { action, reason, after_seconds = 0 }: Pick<Settlement, 'action' | 'reason' | 'after_seconds'>,
  { at, most_attempts }: { at: Date; most_attempts: number },
): Ended | Returned {
  if (action === 'acknowledge') return { state: 'acknowledged', dead_reason: null, settled_at: at };
  if (action === 'dead_letter')
    return { state: 'dead', dead_reason: reason ?? 'refused by its receiver', settled_at: at };
  if (attempts >= most_attempts)
    return { state: 'dead', dead_reason: reason ?? `not settled after ${attempts} deliveries`, settled_at: at };
  return after_seconds > 0 ? { state: 'delayed', after_seconds } : { state: 'queued', after_seconds: null };
}
