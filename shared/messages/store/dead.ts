/** Dead letters, and what they were before they were sent again. */
import { sql } from 'kysely';
import { now, store } from '../../platform/database/statement.ts';
import type { Reads } from '../../platform/platform.ts';
import type { DeadFilter, Death } from '../dead-letter.ts';
import { agentMailbox, capabilityMailbox } from '../mailbox.ts';
import type { Message } from '../message.ts';

const { among, rows, tables } = store<{ messages: Message; message_deaths: Death }>();

/** In the text of the statement, so that the index of the dead serves it. */
const isDead = sql.lit('dead' as const);

/** Those that fit, by id: the newest first when a list is read, the oldest first when they are sent again. */
export function deadLetters(
  on: Reads,
  {
    filter,
    before,
    order,
    limit,
  }: { filter: DeadFilter; before?: string | undefined; order: 'asc' | 'desc'; limit: number },
): Promise<Message[]> {
  const { type, from_id, to_agent, to_capability } = filter;
  let query = tables(on).selectFrom('messages').selectAll().where('state', '=', isDead);
  if (before !== undefined) query = query.where('id', '<', before);
  if (type !== undefined) query = query.where('type', '=', type);
  if (from_id !== undefined) query = query.where('from_id', '=', from_id);
  if (to_agent !== undefined) query = query.where('mailbox', '=', agentMailbox(to_agent));
  if (to_capability !== undefined) query = query.where('mailbox', '=', capabilityMailbox(to_capability));
  return on.run(query.orderBy('id', order).limit(limit).compile());
}

export const deathsAmong = among((q, ids: string[]) =>
  q.selectFrom('message_deaths').selectAll().where('message_id', 'in', ids).orderBy('message_id').orderBy('number'),
);

/** Locks those of them that are dead until the transaction ends. */
export const lockDead = among((q, ids: string[]) =>
  q.selectFrom('messages').selectAll().where('id', 'in', ids).where('state', '=', 'dead').orderBy('id').forUpdate(),
);

export const insertDeaths = rows((q, deaths: Omit<Death, 'resent_at'>[]) =>
  q.insertInto('message_deaths').values(
    deaths.map((death) => ({
      message_id: death.message_id,
      number: death.number,
      attempts: death.attempts,
      dead_reason: death.dead_reason,
      died_at: death.died_at,
      resent_by: death.resent_by,
      resent_at: now(),
    })),
  ),
);

/** As if it had just been sent, and for as long as it takes. They are locked. */
export const reviveAll = among((q, ids: string[]) =>
  q
    .updateTable('messages')
    .set({
      ...{ state: 'queued' as const, attempts: 0, holder_id: null, receipt: null },
      ...{ expires_at: null, due_at: null, dead_reason: null, settled_at: null },
    })
    .where('id', 'in', ids)
    .where('state', '=', 'dead'),
);
