/** Puts messages of Muster's own into the mailboxes of agents. */
import { musterActor } from '../access/caller.ts';
import type { Tx } from '../platform/platform.ts';
import { agentMailbox, mailHint } from './mailbox.ts';
import { usualPriority, type Message } from './message.ts';
import { insertMessages } from './store.ts';

export type NewMessage = Pick<Message, 'from_id' | 'type' | 'body'> & { to_agent: string } & Partial<
    Pick<Message, 'priority' | 'correlation_id' | 'reply_to' | 'expires_at'>
  >;

const waiting = { state: 'queued', settled_at: null } as const;
const heard = (tx: Tx) => ({ state: 'acknowledged', settled_at: tx.at }) as const;

/** To agents that exist; one statement, at most a hundred messages. What is to Muster has been heard already. Gives their ids. */
export async function postMessages(tx: Tx, messages: readonly NewMessage[]): Promise<string[]> {
  const rows = messages.map((message) => ({
    priority: usualPriority,
    correlation_id: null,
    reply_to: null,
    expires_at: null,
    ...message,
    ...(message.to_agent === musterActor ? heard(tx) : waiting),
    mailbox: agentMailbox(message.to_agent),
    id: tx.newId('msg'),
  }));
  await insertMessages(tx, rows);
  for (const { mailbox } of rows) tx.hint(mailHint(mailbox));
  return rows.map(({ id }) => id);
}
