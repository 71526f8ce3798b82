/** settleMessages: a received message is done with, wanted again later, or a dead letter. */
import type { Caller } from '../access/caller.ts';
import { refuse } from '../outcomes.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import type { Message, SettleAnswer, SettleInput, Settlement } from './message.ts';
import { mailHint } from './post.ts';
import { lockDelivered, settleMessage, type Settled } from './store.ts';

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

async function settleOne(tx: Tx, to_agent: string, one: Settlement): Promise<Settled['state'] | undefined> {
  const delivery = { id: one.message_id, to_agent, receipt: one.receipt };
  const message = await lockDelivered(tx, delivery);
  if (message === undefined) return undefined;
  if (message.state !== 'received') return message.state;
  const end = endOf(message, one, { at: tx.at, most_attempts: tx.config.AGENT_MAX_RETRIES });
  await settleMessage(tx, { ...delivery, ...end });
  if (end.state === 'queued') tx.hint(mailHint(to_agent));
  return end.state;
}

/** What a settlement makes of a message. */
export function endOf(
  { attempts }: Pick<Message, 'attempts'>,
  { action, reason }: Pick<Settlement, 'action' | 'reason'>,
  { at, most_attempts }: { at: Date; most_attempts: number },
): Settled {
  if (action === 'acknowledge') return { state: 'acknowledged', dead_reason: null, settled_at: at };
  if (action === 'dead_letter')
    return { state: 'dead', dead_reason: reason ?? 'refused by its receiver', settled_at: at };
  if (attempts < most_attempts) return { state: 'queued', dead_reason: null, settled_at: null };
  return { state: 'dead', dead_reason: reason ?? `not settled after ${attempts} deliveries`, settled_at: at };
}
