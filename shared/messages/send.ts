/** sendMessages: an agent writes to others, or answers Muster. */
import { musterActor, type Caller } from '../access/caller.ts';
import { bodyHash, firstResult, once } from '../access/idempotency.ts';
import { loseRace, refuse } from '../outcomes.ts';
import { newId } from '../platform/ids.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { capabilityOf, mailHint } from './mailbox.ts';
import type { OneMessage, SendAnswer, SendInput, SentMessage } from './message.ts';
import { postMessages } from './post.ts';
import { addressed, whoIs, type Addressed } from './recipients.ts';
import { openAmong } from './store/mailboxes.ts';
import { findSent, keepSendKey, sendAll, sentAmong } from './store/send.ts';
import { takeAnswers } from './take-answer.ts';

interface Sent extends SendInput {
  idempotency_key?: string | undefined;
}

/**
 * All or none. Refuses `channel_closed` where nobody is there to receive one, `too_many_messages`,
 * `idempotency_key_reused`, and what answerVerification refuses.
 */
export async function sendMessages(platform: Platform, caller: Caller, input: Sent): Promise<SendAnswer> {
  return { messages: await (input.messages.some(isAnswer) ? answerMuster : send)(platform, caller, input) };
}

const isAnswer = ({ to_agent, type }: OneMessage): boolean =>
  to_agent === musterActor || type === 'verification_answer';

/** One batch, after a look at roles where there are any. Safe to repeat, because the ids are made before it. */
async function send(
  platform: Platform,
  caller: Caller,
  { messages, idempotency_key: key }: Sent,
): Promise<SentMessage[]> {
  const { clock, random, db } = platform;
  const all = await addressed(db.read, caller.id, messages);
  const ids = all.map(() => newId('msg', clock.now(), random));
  const to = mailboxesOf(all);
  const [first_id = ''] = ids;
  const whole = { first_id, recipients: to.length, key: key ?? '' };
  const rows = all.map((one, i) => ({ ...written(caller, one), ...whole, id: ids[i] ?? '' }));
  const request = { caller: caller.id, operation: 'sendMessages', key, body: { messages } } as const;
  const [earlier, , , open, sent] = await db.batch('sendMessages', (tx) => {
    for (const mailbox of to) tx.hint(mailHint(mailbox));
    return [
      firstResult(tx, request),
      sendAll(tx, rows),
      key === undefined
        ? undone
        : keepSendKey(tx, { ...keptFor(caller, key, messages), resource_id: ids.join(' '), first_id }),
      openAmong(tx, to),
      findSent(tx, { id: first_id }),
    ] as const;
  });
  if (earlier !== undefined) return sentBefore(platform, earlier.split(' '), all);
  if (sent === undefined) refuseUnknown(to, open);
  return ids.map((id, i) => sentAnswer(id, all[i]));
}

const undone: Promise<unknown[]> = Promise.resolve([]);

const mailboxesOf = (all: readonly Addressed[]): string[] => [...new Set(all.map(({ mailbox }) => mailbox))];

const sentAnswer = (message_id: string, to: Pick<Addressed, 'to_agent' | 'mailbox'> | undefined): SentMessage => ({
  message_id,
  to_agent: to?.to_agent ?? null,
  to_capability: capabilityOf(to?.mailbox ?? ''),
});

/** The first answer again. Who has a role may have changed since; otherwise the request says where they went. */
async function sentBefore({ db }: Platform, ids: string[], all: readonly Addressed[]): Promise<SentMessage[]> {
  if (all.every(({ message }) => message.to_role === undefined)) return ids.map((id, i) => sentAnswer(id, all[i]));
  const rows = new Map((await sentAmong(db.read, ids)).map((row) => [row.id, row]));
  return ids.map((id) => sentAnswer(id, rows.get(id)));
}

const keptFor = ({ id: caller }: Caller, idempotency_key: string, messages: readonly OneMessage[]) => ({
  ...{ caller, operation: 'sendMessages', idempotency_key },
  body_sha256: bodyHash({ messages }),
});

const written = ({ id: from_id }: Caller, { message, mailbox, to_agent }: Addressed) => ({
  ...{ mailbox, to_agent, from_id },
  type: message.type,
  priority: message.priority,
  body: message.body,
  correlation_id: message.correlation_id ?? null,
  reply_to: message.reply_to ?? null,
  ttl_seconds: message.ttl_seconds ?? null,
});

/** Somebody was missing; who has come since is reached at the next try. */
function refuseUnknown(to: readonly string[], open: readonly { mailbox: string }[]): never {
  const missing = to.find((mailbox) => !open.some((other) => other.mailbox === mailbox));
  if (missing === undefined) loseRace();
  return refuse('channel_closed', { detail: `There is no ${whoIs(missing)} to send to.` });
}

/** What an agent answers Muster is taken as it is kept. */
function answerMuster(
  platform: Platform,
  caller: Caller,
  { messages, idempotency_key: key }: Sent,
): Promise<SentMessage[]> {
  return platform.db.transaction('sendMessages', async (tx) => {
    const create = async () => {
      await takeAnswers(tx, caller, messages);
      return (
        await postMessages(
          tx,
          messages.map((message) => posted(tx, caller, message)),
        )
      ).join(' ');
    };
    const { id } = await once(tx, { caller: caller.id, operation: 'sendMessages', key, body: { messages }, create });
    return id.split(' ').map((message_id) => ({ message_id, to_agent: musterActor, to_capability: null }));
  });
}

function posted({ at }: Tx, caller: Caller, message: OneMessage) {
  const { ttl_seconds, ...rest } = written(caller, { message, mailbox: '', to_agent: musterActor });
  const expires_at = ttl_seconds === null ? null : new Date(at.getTime() + ttl_seconds * 1000);
  return { ...rest, to_agent: musterActor, expires_at };
}
