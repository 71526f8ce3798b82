/** sendMessages: an agent writes to others, or answers Muster. */
import { musterActor, type Caller } from '../access/caller.ts';
import { bodyHash, firstResult, once } from '../access/idempotency.ts';
import { loseRace, refuse } from '../outcomes.ts';
import { newId } from '../platform/ids.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import type { OneMessage, SendAnswer, SendInput } from './message.ts';
import { mailHint, postMessages } from './post.ts';
import { findSent, keepSendKey, reachableAmong, sendAll } from './store/send.ts';
import { takeAnswers } from './take-answer.ts';

interface Sent extends SendInput {
  idempotency_key?: string | undefined;
}

/**
 * All or none. Refuses `channel_closed` when an agent does not exist or is retired, `idempotency_key_reused`, and what
 * answerVerification refuses.
 */
export async function sendMessages(platform: Platform, caller: Caller, input: Sent): Promise<SendAnswer> {
  const ids = await (input.messages.some(isAnswer) ? answerMuster : send)(platform, caller, input);
  return { messages: ids.map((message_id, i) => ({ message_id, to_agent: input.messages[i]?.to_agent ?? '' })) };
}

const isAnswer = ({ to_agent, type }: OneMessage): boolean =>
  to_agent === musterActor || type === 'verification_answer';

/** To agents alone: one batch. Safe to repeat, because the ids are made before it. */
async function send(platform: Platform, caller: Caller, { messages, idempotency_key: key }: Sent): Promise<string[]> {
  const { clock, random, db } = platform;
  const ids = messages.map(() => newId('msg', clock.now(), random));
  const to = agentsOf(messages);
  const [first_id = ''] = ids;
  const whole = { first_id, recipients: to.length, key: key ?? '' };
  const rows = messages.map((message, i) => ({ ...written(caller, message), ...whole, id: ids[i] ?? '' }));
  const request = { caller: caller.id, operation: 'sendMessages', key, body: { messages } } as const;
  const [earlier, , , reachable, sent] = await db.batch('sendMessages', (tx) => {
    for (const id of to) tx.hint(mailHint(id));
    return [
      firstResult(tx, request),
      sendAll(tx, rows),
      key === undefined
        ? undone
        : keepSendKey(tx, { ...keptFor(caller, key, messages), resource_id: ids.join(' '), first_id }),
      reachableAmong(tx, to),
      findSent(tx, { id: first_id }),
    ] as const;
  });
  if (earlier !== undefined) return earlier.split(' ');
  if (sent === undefined) refuseUnknown(to, reachable);
  return ids;
}

const undone: Promise<unknown[]> = Promise.resolve([]);

const agentsOf = (messages: readonly OneMessage[]): string[] => [
  ...new Set(messages.map(({ to_agent }) => to_agent).filter((id) => id !== musterActor)),
];

const keptFor = ({ id: caller }: Caller, idempotency_key: string, messages: readonly OneMessage[]) => ({
  ...{ caller, operation: 'sendMessages', idempotency_key },
  body_sha256: bodyHash({ messages }),
});

const written = ({ id: from_id }: Caller, { ttl_seconds, correlation_id, reply_to, ...message }: OneMessage) => ({
  ...message,
  from_id,
  correlation_id: correlation_id ?? null,
  reply_to: reply_to ?? null,
  ttl_seconds: ttl_seconds ?? null,
});

/** Somebody was missing; who has come since is reached at the next try. */
function refuseUnknown(to: readonly string[], reachable: readonly { id: string }[]): never {
  const missing = to.find((agent) => !reachable.some(({ id }) => id === agent));
  if (missing === undefined) loseRace();
  return refuse('channel_closed', { detail: `There is no agent ${missing} to send to.` });
}

/** What an agent answers Muster is taken as it is kept. */
function answerMuster(platform: Platform, caller: Caller, { messages, idempotency_key: key }: Sent): Promise<string[]> {
  return platform.db.transaction('sendMessages', async (tx) => {
    const create = async () => {
      await takeAnswers(tx, caller, messages);
      const to = agentsOf(messages);
      const reachable = await reachableAmong(tx, to);
      if (reachable.length < to.length) refuseUnknown(to, reachable);
      return (
        await postMessages(
          tx,
          messages.map((message) => posted(tx, caller, message)),
        )
      ).join(' ');
    };
    return (await once(tx, { caller: caller.id, operation: 'sendMessages', key, body: { messages }, create })).id.split(
      ' ',
    );
  });
}

function posted({ at }: Tx, caller: Caller, message: OneMessage) {
  const { ttl_seconds, ...rest } = written(caller, message);
  return { ...rest, expires_at: ttl_seconds === null ? null : new Date(at.getTime() + ttl_seconds * 1000) };
}
