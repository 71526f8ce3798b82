/** resendDeadLetters: an operator sends dead letters again; their attempts begin anew, and their history is kept. */
import type { Caller } from '../access/caller.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import type { Death, ResendAnswer, ResendInput } from './dead-letter.ts';
import { mailHint } from './mailbox.ts';
import { mostMessages, type Message } from './message.ts';
import { deadLetters, deathsAmong, insertDeaths, lockDead, reviveAll } from './store/dead.ts';
import { openAmong } from './store/mailboxes.ts';

/** Those of them that are dead and that somebody may receive, without the time to live that they had; the others stay. */
export async function resendDeadLetters(platform: Platform, caller: Caller, input: ResendInput): Promise<ResendAnswer> {
  const ids = input.message_ids ?? (await fitting(platform, input));
  return platform.db.transaction('resendDeadLetters', (tx) => resend(tx, caller, [...new Set(ids)].toSorted()));
}

async function fitting({ db }: Platform, { filter = {} }: ResendInput): Promise<string[]> {
  return (await deadLetters(db.read, { filter, order: 'asc', limit: mostMessages })).map(({ id }) => id);
}

async function resend(tx: Tx, { id: resent_by }: Caller, ids: readonly string[]): Promise<ResendAnswer> {
  const dead = await lockDead(tx, ids);
  const open = new Set(
    (await openAmong(tx, [...new Set(dead.map(({ mailbox }) => mailbox))])).map(({ mailbox }) => mailbox),
  );
  const again = dead.filter(({ mailbox }) => open.has(mailbox));
  const before = Map.groupBy(
    await deathsAmong(
      tx,
      again.map(({ id }) => id),
    ),
    ({ message_id }) => message_id,
  );
  await insertDeaths(
    tx,
    again.map((message) => ({ ...deathOf(message, before.get(message.id) ?? []), resent_by })),
  );
  const resent = again.map(({ id }) => id);
  await reviveAll(tx, resent);
  for (const mailbox of open) tx.hint(mailHint(mailbox));
  const known = new Set(dead.map(({ id }) => id));
  const left = ids.filter((id) => !resent.includes(id));
  return {
    resent,
    left: left.map((message_id) => ({
      message_id,
      reason: known.has(message_id) ? 'nobody may receive it' : 'it is no dead letter',
    })),
  };
}

const deathOf = (message: Message, before: readonly Death[]) => ({
  message_id: message.id,
  number: before.length + 1,
  attempts: message.attempts,
  dead_reason: message.dead_reason ?? '',
  died_at: message.settled_at ?? message.sent_at,
});
