/** The mailbox: send, receive with a lease, settle. */
import {
  ReceiveAnswer,
  ReceiveInput,
  SendAnswer,
  SendInput,
  SettleAnswer,
  SettleInput,
} from '../../shared/messages/message.ts';
import { z } from 'zod';
import { deadFilter, DeadLetter, ResendAnswer, ResendInput } from '../../shared/messages/dead-letter.ts';
import { listDeadLetters } from '../../shared/messages/read-dead.ts';
import { resendDeadLetters } from '../../shared/messages/resend.ts';
import { getMessageStatistics, MessageStatistics } from '../../shared/messages/statistics.ts';
import { ChannelsAnswer, ChannelsInput } from '../../shared/messages/channel.ts';
import { MessageTypeAnswer, MessageTypeInput } from '../../shared/messages/custom-type.ts';
import { putChannels } from '../../shared/messages/put-channels.ts';
import { putMessageType } from '../../shared/messages/put-type.ts';
import { getChannels } from '../../shared/messages/read-channels.ts';
import { getMessageType, listMessageTypes } from '../../shared/messages/read-types.ts';
import { receiveMessages } from '../../shared/messages/receive.ts';
import { sendMessages } from '../../shared/messages/send.ts';
import { settleMessages } from '../../shared/messages/settle.ts';
import { keyOf, listOf, listQuery, pageOf } from './lists.ts';
import { route, type Route } from './route.ts';

/** What may be sent, and to whom. */
const rules = [
  route('listMessageTypes', 'GET /v1/messages/types', {
    answer: () => listOf(MessageTypeAnswer),
    refuses: [],
    run: async ({ platform }) => ({ items: await listMessageTypes(platform.db.read), next: null }),
  }),
  route('getMessageType', 'GET /v1/messages/types/{name}', {
    answer: () => MessageTypeAnswer,
    etag: true,
    refuses: ['not_found'],
    run: ({ platform, input }) => getMessageType(platform.db.read, input.name),
  }),
  route('putMessageType', 'PUT /v1/messages/types/{name}', {
    body: () => MessageTypeInput,
    answer: () => MessageTypeAnswer,
    etag: true,
    heeds: ['if_match'],
    refuses: ['name_taken'],
    run: ({ platform, caller, input, request }) =>
      putMessageType(platform, caller, { ...input, if_match: request.if_match }),
  }),
  route('getChannels', 'GET /v1/messages/channels', {
    answer: () => ChannelsAnswer,
    etag: true,
    refuses: [],
    run: ({ platform, caller }) => getChannels(platform.db.read, caller),
  }),
  route('putChannels', 'PUT /v1/messages/channels', {
    body: () => ChannelsInput,
    answer: () => ChannelsAnswer,
    etag: true,
    heeds: ['if_match'],
    refuses: [],
    run: ({ platform, caller, input, request }) =>
      putChannels(platform, caller, { ...input, if_match: request.if_match }),
  }),
];

/** What operators look after. */
const upkeep = [
  route('getMessageStatistics', 'GET /v1/messages/statistics', {
    answer: () => MessageStatistics,
    refuses: [],
    run: ({ platform }) => getMessageStatistics(platform.db.read),
  }),
  route('listDeadLetters', 'GET /v1/messages/dead', {
    query: () => z.strictObject({ ...listQuery, ...deadFilter }),
    answer: () => listOf(DeadLetter),
    refuses: [],
    run: async ({ platform, input: { cursor, ...asked }, request }) => {
      const items = await listDeadLetters(platform, { ...asked, before: keyOf(request, cursor) });
      return pageOf(request, { items, limit: asked.limit, key: ({ message_id }) => message_id });
    },
  }),
  route('resendDeadLetters', 'POST /v1/messages/dead/resend', {
    body: () => ResendInput,
    answer: () => ResendAnswer,
    refuses: [],
    run: ({ platform, caller, input }) => resendDeadLetters(platform, caller, input),
  }),
];

export const messageRoutes: Route[] = [
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
  ...rules,
  ...upkeep,
];
