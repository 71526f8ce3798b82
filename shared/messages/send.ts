/** sendMessages: an agent writes to others. */
import { musterActor, type Caller } from '../access/caller.ts';
import { once } from '../access/idempotency.ts';
import { agentsByIds } from '../agents/read.ts';
import { refuse } from '../outcomes.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import type { SendAnswer, SendInput } from './message.ts';
import { postMessages, type NewMessage } from './post.ts';
import { takeAnswers } from './take-answer.ts';

/**
 * All or none. Refuses `channel_closed` when an agent does not exist or is retired, `idempotency_key_reused`, and what
 * answerVerification refuses.
 */
export function sendMessages(
  platform: Platform,
  caller: Caller,
  { messages, idempotency_key }: SendInput & { idempotency_key?: string | undefined },
): Promise<SendAnswer> {
  const to = messages.map(({ to_agent }) => to_agent);
  return platform.db.transaction('sendMessages', async (tx) => {
    const create = async () => {
      await takeAnswers(tx, caller, messages);
      await refuseUnknown(
        tx,
        to.filter((id) => id !== musterActor),
      );
      return (await postMessages(tx, written(tx, caller, messages))).join(' ');
    };
    const request = {
      caller: caller.id,
      operation: 'sendMessages',
      key: idempotency_key,
      body: { messages },
      create,
    } as const;
    const ids = (await once(tx, request)).id.split(' ');
    return { messages: ids.map((message_id, i) => ({ message_id, to_agent: to[i] ?? '' })) };
  });
}

const written = (tx: Tx, caller: Caller, messages: SendInput['messages']): NewMessage[] =>
  messages.map(({ ttl_seconds, correlation_id = null, reply_to = null, ...message }) => ({
    ...message,
    from_id: caller.id,
    correlation_id,
    reply_to,
    expires_at: ttl_seconds === undefined ? null : new Date(tx.at.getTime() + ttl_seconds * 1000),
  }));

async function refuseUnknown(tx: Tx, to: readonly string[]): Promise<void> {
  const agents = await agentsByIds(tx, [...new Set(to)]);
  const reachable = new Set(agents.filter(({ state }) => state !== 'retired').map(({ id }) => id));
  const missing = to.find((id) => !reachable.has(id));
  if (missing !== undefined) refuse('channel_closed', { detail: `There is no agent ${missing} to send to.` });
}
