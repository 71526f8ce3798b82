/** What agents write to Muster itself: their answers as verifiers. */
import { musterActor, type Caller } from '../access/caller.ts';
import { refuse } from '../outcomes.ts';
import type { Tx } from '../platform/platform.ts';
import { answerVerification } from '../tools/answer-verification.ts';
import type { OneMessage } from './message.ts';

const answer = 'verification_answer';

/**
 * Takes messages that are answers, each of them. Refuses `channel_closed` for another message to Muster, an answer to
 * another, and both kinds in one call, and what answerVerification refuses.
 */
export async function takeAnswers(tx: Tx, caller: Caller, messages: readonly OneMessage[]): Promise<void> {
  if (messages.some(({ to_agent, type }) => to_agent !== musterActor || type !== answer))
    refuse('channel_closed', { detail: onlyAnswers });
  const answers = messages.map(({ correlation_id: id = '', body }, i) => ({
    ...{ id, body },
    pointer: messages.length === 1 ? '/body' : `/messages/${i}/body`,
  }));
  for (const one of answers.toSorted((a, b) => (a.id < b.id ? -1 : 1))) await answerVerification(tx, caller.id, one);
}

const onlyAnswers = `A ${answer} goes to ${musterActor}, and nothing else does; send what is for others in another call.`;
