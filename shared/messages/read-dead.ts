/** listDeadLetters: what was not received or not acknowledged, and why. */
import type { Platform } from '../platform/platform.ts';
import type { DeadFilter, DeadLetter, Death } from './dead-letter.ts';
import { capabilityOf } from './mailbox.ts';
import type { Message } from './message.ts';
import { deadLetters, deathsAmong } from './store/dead.ts';

interface Asked extends DeadFilter {
  before?: string | undefined;
  limit: number;
}

/** The newest first, by when they were sent; those before `before` when it is given. */
export async function listDeadLetters(platform: Platform, { before, limit, ...filter }: Asked): Promise<DeadLetter[]> {
  const { read } = platform.db;
  const letters = await deadLetters(read, { filter, before, order: 'desc', limit });
  const deaths = await deathsAmong(
    read,
    letters.map(({ id }) => id),
  );
  const earlier = Map.groupBy(deaths, ({ message_id }) => message_id);
  return letters.map((letter) => answerOf(letter, earlier.get(letter.id) ?? []));
}

const answerOf = (message: Message, earlier: readonly Death[]): DeadLetter => ({
  message_id: message.id,
  from_id: message.from_id,
  to_agent: message.to_agent,
  to_capability: capabilityOf(message.mailbox),
  type: message.type,
  priority: message.priority,
  body: message.body,
  correlation_id: message.correlation_id,
  attempts: message.attempts,
  reason: message.dead_reason ?? '',
  sent_at: message.sent_at,
  died_at: message.settled_at ?? message.sent_at,
  earlier: earlier.map(({ attempts, dead_reason, died_at, resent_by, resent_at }) => ({
    ...{ attempts, reason: dead_reason, died_at, resent_by, resent_at },
  })),
});
