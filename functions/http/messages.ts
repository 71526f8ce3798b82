/** The mailbox: send, receive with a lease, settle. */
import {
  ReceiveAnswer,
  ReceiveInput,
  SendAnswer,
  SendInput,
  SettleAnswer,
  SettleInput,
} from '../../shared/messages/message.ts';
import { receiveMessages } from '../../shared/messages/receive.ts';
import { sendMessages } from '../../shared/messages/send.ts';
import { settleMessages } from '../../shared/messages/settle.ts';
import { route } from './route.ts';

export const messageRoutes = [
  route('sendMessages', 'POST /v1/messages', {
    body: () => SendInput,
    answer: () => SendAnswer,
    heeds: ['idempotency_key'],
    refuses: ['channel_closed', 'too_many_messages', 'not_found', 'question_changed', 'conflict'],
    run: ({ platform, caller, input, request }) =>
      sendMessages(platform, caller, { ...input, idempotency_key: request.idempotency_key }),
  }),
  route('receiveMessages', 'POST /v1/agents/{agent_id}/messages/receive', {
    body: () => ReceiveInput,
    answer: () => ReceiveAnswer,
    refuses: ['not_found', 'agent_not_active'],
    run: ({ platform, caller, input, request }) =>
      receiveMessages(platform, caller, { ...input, signal: request.signal }),
  }),
  route('settleMessages', 'POST /v1/messages/settle', {
    body: () => SettleInput,
    answer: () => SettleAnswer,
    refuses: ['lease_lost'],
    run: ({ platform, caller, input }) => settleMessages(platform, caller, input),
  }),
];
