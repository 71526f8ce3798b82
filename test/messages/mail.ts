/** A crew with mail: what each test of the mailbox asks for. */
import type { Caller } from '../../shared/access/caller.ts';
import { SendInput, type Message, type ReceivedMessage, type Settlement } from '../../shared/messages/message.ts';
import { receiveMessages, type Receiving } from '../../shared/messages/receive.ts';
import { sendMessages } from '../../shared/messages/send.ts';
import { settleMessages } from '../../shared/messages/settle.ts';
import { sweepMessages } from '../../shared/messages/sweep.ts';
import { store } from '../../shared/platform/database/statement.ts';
import { callerOf, openCrew } from '../tasks/crew.ts';
import type { WorldOptions } from '../world.ts';

const { all } = store<{ messages: Message }>();
const everyMessage = all((q, _: Record<never, never>) => q.selectFrom('messages').selectAll().orderBy('id'));

type Ends = Partial<Pick<Settlement, 'reason' | 'after_seconds'>>;

export async function openMail(settings: Record<string, string> = {}, options: WorldOptions = {}) {
  const crew = await openCrew(settings, options);
  const { platform } = crew;
  return {
    ...crew,
    send: async (given: object, from: Caller = callerOf('alice'), idempotency_key?: string) =>
      (await sendMessages(platform, from, { ...SendInput.parse(given), idempotency_key })).messages,
    receive: async (id: string, asked: Partial<Receiving> = {}): Promise<ReceivedMessage[]> =>
      (await receiveMessages(platform, callerOf(id), { agent_id: id, max: 10, wait_seconds: 0, ...asked })).messages,
    settle: async (id: string, messages: ReceivedMessage[], action: Settlement['action'], ends: Ends = {}) =>
      (
        await settleMessages(platform, callerOf(id), {
          settle: messages.map(({ message_id, receipt }) => ({ message_id, receipt, action, ...ends })),
        })
      ).settled.map(({ state }) => state),
    sweepMail: (limit = 500) => platform.db.transaction('sweepMessages', (tx) => sweepMessages(tx, limit)),
    messages: () => everyMessage(platform.db.read, {}),
  };
}

export type Mail = Awaited<ReturnType<typeof openMail>>;

export const letter = (to: object, text = 'hello', more: object = {}) => ({
  ...{ type: 'coordination', body: { text }, ...to, ...more },
});

export const texts = (messages: readonly { body: Record<string, unknown> }[]) =>
  messages.map(({ body }) => body['text']);
