/** Puts messages into mailboxes. */
import { musterActor } from '../access/caller.ts';
import type { Tx } from '../platform/platform.ts';
import { usualPriority, type Message } from './message.ts';
import { insertMessages } from './store.ts';

export type NewMessage = Pick<Message, 'to_agent' | 'from_id' | 'type' | 'body'> &
  Partial<Pick<Message, 'priority' | 'correlation_id' | 'reply_to' | 'expires_at'>>;

const waiting = { state: 'queued', settled_at: null } as const;
const heard = (tx: Tx) => ({ state: 'acknowledged', settled_at: tx.at }) as const;

/** Where waiting receivers hear of new messages. */
export const mailHint = (agent_id: string): string => `messages:${agent_id}`;

/** To agents that exist; one statement, at most a hundred messages. What is to Muster has been heard already. Gives their ids. */
export async function postMessages(tx: Tx, messages: readonly NewMessage[]): Promise<string[]> {
  const rows = messages.map((message) => ({
    priority: usualPriority,
    correlation_id: null,
    reply_to: null,
    expires_at: null,
    ...message,
    ...(message.to_agent === musterActor ? heard(tx) : waiting),
    id: tx.newId('msg'),
  }));
  await insertMessages(tx, rows);
  for (const { to_agent } of rows) tx.hint(mailHint(to_agent));
  return rows.map(({ id }) => id);
}
