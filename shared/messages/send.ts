/** sendMessages: an agent writes to others, or answers Muster. */
import { musterActor, type AgentRole, type Caller } from '../access/caller.ts';
import { bodyHash, firstResult, once } from '../access/idempotency.ts';
import { loseRace, refuse } from '../outcomes.ts';
import { newId } from '../platform/ids.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { capabilityOf, mailHint } from './mailbox.ts';
import { checkTypes } from './check-types.ts';
import { isBuiltIn, type OneMessage, type SendAnswer, type SendInput, type SentMessage } from './message.ts';
import { noteRefused } from './note-refused.ts';
import { postMessages } from './post.ts';
import { addressed, whoIs, type Addressed } from './recipients.ts';
import { openAmong } from './store/mailboxes.ts';
import { closedAmong } from './store/routes.ts';
import { findSent, keepSendKey, sendAll, sentAmong } from './store/send.ts';
import { takeAnswers } from './take-answer.ts';

interface Sent extends SendInput {
  idempotency_key?: string | undefined;
}

/**
 * All or none. Refuses `channel_closed` where nobody is there to receive one and where no channel allows it, `invalid` and
 * `too_large` where a body is not what its type says, `too_many_messages`, `idempotency_key_reused`, and what
 * answerVerification refuses.
 */
export async function sendMessages(platform: Platform, caller: Caller, input: Sent): Promise<SendAnswer> {
  return { messages: await (input.messages.some(isAnswer) ? answerMuster : send)(platform, caller, input) };
}

const isAnswer = ({ to_agent, type }: OneMessage): boolean =>
  to_agent === musterActor || type === 'verification_answer';

/** Roles and custom types are looked up first, and may have changed since a first request with the same key. */
async function send(platform: Platform, caller: Caller, sent: Sent): Promise<SentMessage[]> {
  const { read } = platform.db;
  const { messages } = sent;
  if (messages.some(({ to_role, type }) => to_role !== undefined || !isBuiltIn(type))) {
    const earlier = await firstResult(read, requestOf(caller, sent));
    if (earlier !== undefined) return sentBefore(platform, earlier.split(' '));
  }
  const versions = await checkTypes(read, messages);
  return sendNow(platform, caller, { ...sent, all: await addressed(read, caller.id, messages), versions });
}

const requestOf = ({ id: caller }: Caller, { messages, idempotency_key: key }: Sent) =>
  ({ caller, operation: 'sendMessages', key, body: { messages } }) as const;

interface Sending extends Sent {
  all: Addressed[];
  versions: ReadonlyMap<string, number>;
}

/** One batch. Safe to repeat, because the ids are made before it. */
async function sendNow(platform: Platform, caller: Caller, sending: Sending): Promise<SentMessage[]> {
  const { messages, idempotency_key: key, all } = sending;
  const { clock, random, db } = platform;
  const ids = all.map(() => newId('msg', clock.now(), random));
  const to = [...new Set(all.map(({ mailbox }) => mailbox))];
  const [first_id = ''] = ids;
  const whole = { first_id, key: key ?? '' };
  const rows = all.map((one, i) => ({ ...written(caller, one, sending.versions), ...whole, id: ids[i] ?? '' }));
  const [earlier, , , open, closed, kept] = await db.batch('sendMessages', (tx) => {
    for (const mailbox of to) tx.hint(mailHint(mailbox));
    return [
      firstResult(tx, requestOf(caller, sending)),
      sendAll(tx, rows),
      key === undefined
        ? undone
        : keepSendKey(tx, { ...keptFor(caller, key, messages), resource_id: ids.join(' '), first_id }),
      openAmong(tx, to),
      closedAmong(tx, rows),
      findSent(tx, { id: first_id }),
    ] as const;
  });
  const sentIds = earlier?.split(' ') ?? ids;
  if (earlier === undefined && kept === undefined) await refuseToSend(platform, caller, { to, open, closed });
  return sentIds.map((id, i) => sentAnswer(id, all[i]));
}

const undone: Promise<unknown[]> = Promise.resolve([]);

const sentAnswer = (message_id: string, to: Pick<Addressed, 'to_agent' | 'mailbox'> | undefined): SentMessage => ({
  message_id,
  to_agent: to?.to_agent ?? null,
  to_capability: capabilityOf(to?.mailbox ?? ''),
});

/** The first answer again. */
async function sentBefore({ db }: Platform, ids: string[]): Promise<SentMessage[]> {
  const rows = new Map((await sentAmong(db.read, ids)).map((row) => [row.id, row]));
  return ids.map((id) => sentAnswer(id, rows.get(id)));
}

const keptFor = ({ id: caller }: Caller, idempotency_key: string, messages: readonly OneMessage[]) => ({
  ...{ caller, operation: 'sendMessages', idempotency_key },
  body_sha256: bodyHash({ messages }),
});

const written = (
  { id: from_id }: Caller,
  { message, mailbox, to_agent }: Addressed,
  versions: ReadonlyMap<string, number>,
) => ({
  ...{ mailbox, to_agent, from_id },
  type: message.type,
  version: versions.get(message.type) ?? 0,
  priority: message.priority,
  body: message.body,
  correlation_id: message.correlation_id ?? null,
  reply_to: message.reply_to ?? null,
  ttl_seconds: message.ttl_seconds ?? null,
});

interface Unsent {
  to: readonly string[];
  open: readonly { mailbox: string }[];
  closed: readonly { type: string; from_role: AgentRole; to_role: AgentRole }[];
}

/** Somebody was missing, or a channel; what has come since is there at the next try. */
async function refuseToSend(platform: Platform, caller: Caller, { to, open, closed }: Unsent): Promise<never> {
  const missing = to.find((mailbox) => !open.some((other) => other.mailbox === mailbox));
  if (missing !== undefined) refuse('channel_closed', { detail: `There is no ${whoIs(missing)} to send to.` });
  const [first] = closed;
  if (first === undefined) loseRace();
  await noteRefused(platform, caller.id, closed);
  const { type, from_role, to_role } = first;
  return refuse('channel_closed', {
    detail: `No channel lets the role ${from_role} send ${type} to the role ${to_role}.`,
  });
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

function posted({ at }: Tx, { id: from_id }: Caller, { ttl_seconds, to_agent: _, ...message }: OneMessage) {
  const expires_at = ttl_seconds === undefined ? null : new Date(at.getTime() + ttl_seconds * 1000);
  const { type, priority, body, correlation_id = null, reply_to = null } = message;
  return { ...{ type, priority, body, correlation_id, reply_to }, from_id, to_agent: musterActor, expires_at };
}
