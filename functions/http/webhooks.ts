/** Addresses that are told of events, and what became of what they were sent. */
import { z } from 'zod';
import { testWebhook, redeliverWebhook } from '../../shared/webhooks/by-hand.ts';
import { changeWebhook, deleteWebhook, rotateWebhookSecret } from '../../shared/webhooks/change.ts';
import { createWebhook } from '../../shared/webhooks/create.ts';
import { DeliveryAnswer, DeliveryInFull, deliveryState } from '../../shared/webhooks/delivery.ts';
import { getDelivery, getWebhook, listDeliveries, listWebhooks } from '../../shared/webhooks/read.ts';
import { NewWebhook, RotateInput, WebhookAnswer, WebhookChange } from '../../shared/webhooks/webhook.ts';
import { keyOf, listOf, listQuery, pageOf } from './lists.ts';
import { reply } from './reply.ts';
import { nothing, route } from './route.ts';

const place = (webhook_id: string): string => `/api/v1/webhooks/${webhook_id}`;

const subscriptions = [
  route('createWebhook', 'POST /v1/webhooks', {
    body: NewWebhook,
    answer: () => WebhookAnswer,
    status: 201,
    etag: true,
    heeds: ['idempotency_key'],
    refuses: ['webhook_limit'],
    run: async ({ platform, caller, input, request }) => {
      const made = await createWebhook(platform, caller, { ...input, idempotency_key: request.idempotency_key });
      return reply(made, { location: place(made.webhook_id) });
    },
  }),
  route('listWebhooks', 'GET /v1/webhooks', {
    query: () => z.strictObject(listQuery),
    answer: () => listOf(WebhookAnswer),
    refuses: [],
    run: async ({ platform, caller, input: { limit, cursor }, request }) => {
      const items = await listWebhooks(platform, caller, { before: keyOf(request, cursor), limit });
      return pageOf(request, { items, limit, key: ({ webhook_id }) => webhook_id });
    },
  }),
  route('getWebhook', 'GET /v1/webhooks/{webhook_id}', {
    answer: () => WebhookAnswer,
    etag: true,
    refuses: ['not_found'],
    run: ({ platform, caller, input }) => getWebhook(platform, caller, input),
  }),
  route('changeWebhook', 'PUT /v1/webhooks/{webhook_id}', {
    body: WebhookChange,
    answer: () => WebhookAnswer,
    etag: true,
    heeds: ['if_match'],
    refuses: ['not_found'],
    run: ({ platform, caller, input, request }) =>
      changeWebhook(platform, caller, { ...input, if_match: request.if_match }),
  }),
  route('deleteWebhook', 'DELETE /v1/webhooks/{webhook_id}', {
    answer: nothing,
    status: 204,
    heeds: ['if_match'],
    refuses: ['not_found'],
    run: ({ platform, caller, input, request }) =>
      deleteWebhook(platform, caller, { ...input, if_match: request.if_match }),
  }),
  route('rotateWebhookSecret', 'POST /v1/webhooks/{webhook_id}/rotate', {
    body: RotateInput,
    answer: () => WebhookAnswer,
    etag: true,
    heeds: ['if_match'],
    refuses: ['not_found', 'conflict'],
    run: ({ platform, caller, input, request }) =>
      rotateWebhookSecret(platform, caller, { ...input, if_match: request.if_match }),
  }),
];

const deliveries = [
  route('testWebhook', 'POST /v1/webhooks/{webhook_id}/test', {
    answer: () => DeliveryAnswer,
    status: 202,
    refuses: ['not_found'],
    run: ({ platform, caller, input }) => testWebhook(platform, caller, input),
  }),
  route('listDeliveries', 'GET /v1/webhooks/{webhook_id}/deliveries', {
    query: () =>
      z.strictObject({
        ...listQuery,
        state: deliveryState.optional(),
        event_type: z.string().max(64).optional(),
      }),
    answer: () => listOf(DeliveryAnswer),
    refuses: ['not_found'],
    run: async ({ platform, caller, input: { cursor, ...filter }, request }) => {
      const items = await listDeliveries(platform, caller, { ...filter, before: keyOf(request, cursor) });
      return pageOf(request, { items, limit: filter.limit, key: ({ delivery_id }) => delivery_id });
    },
  }),
  route('getDelivery', 'GET /v1/webhooks/{webhook_id}/deliveries/{delivery_id}', {
    answer: () => DeliveryInFull,
    refuses: ['not_found'],
    run: ({ platform, caller, input }) => getDelivery(platform, caller, input),
  }),
  route('redeliverWebhook', 'POST /v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver', {
    answer: () => DeliveryAnswer,
    status: 202,
    refuses: ['not_found', 'conflict'],
    run: ({ platform, caller, input }) => redeliverWebhook(platform, caller, input),
  }),
];

export const webhookRoutes = [...subscriptions, ...deliveries];
