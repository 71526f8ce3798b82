/** Which mailboxes an agent serves; they change under the lock of the agent. */
import { now, store } from '../../platform/database/statement.ts';

export interface Mailbox {
  mailbox: string;
  agent_id: string;
  /** When its agent was retired. */
  closed_at: Date | null;
}

const { all, among, change } = store<{ mailboxes: Mailbox }>();

type Key = Pick<Mailbox, 'mailbox' | 'agent_id'>;

export const mailboxesOf = all((q, p: { agent_id: string }) =>
  q.selectFrom('mailboxes').selectAll().where('agent_id', '=', p.agent_id).orderBy('mailbox'),
);

export const insertMailbox = change((q, p: Key) =>
  q.insertInto('mailboxes').values({ mailbox: p.mailbox, agent_id: p.agent_id }),
);

export const openMailbox = change((q, p: Key) =>
  q
    .updateTable('mailboxes')
    .set({ closed_at: null })
    .where('mailbox', '=', p.mailbox)
    .where('agent_id', '=', p.agent_id),
);

export const closeMailbox = change((q, p: Key) =>
  q
    .updateTable('mailboxes')
    .set({ closed_at: now() })
    .where('mailbox', '=', p.mailbox)
    .where('agent_id', '=', p.agent_id),
);

export const deleteMailbox = change((q, p: Key) =>
  q.deleteFrom('mailboxes').where('mailbox', '=', p.mailbox).where('agent_id', '=', p.agent_id),
);

/** Those of these mailboxes that somebody may receive from. */
export const openAmong = among((q, mailboxes: string[]) =>
  q
    .selectFrom('mailboxes')
    .select('mailbox')
    .distinct()
    .where('mailbox', 'in', mailboxes)
    .where('closed_at', 'is', null)
    .orderBy('mailbox'),
);
