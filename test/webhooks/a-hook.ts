/** A town whose webhooks are heard by a server on the loopback. */
import { createWebhook } from '../../shared/webhooks/create.ts';
import { listDeliveries } from '../../shared/webhooks/read.ts';
import type { DeliveryAnswer } from '../../shared/webhooks/delivery.ts';
import { fanOutEvents } from '../../shared/webhooks/fan-out.ts';
import { NewWebhook, type WebhookAnswer } from '../../shared/webhooks/webhook.ts';
import type { z } from 'zod';
import type { Caller } from '../../shared/access/caller.ts';
import { openServer, type Asked, type Said, type Server } from '../readiness/a-server.ts';
import { openTown, type Town } from '../road/town.ts';
import type { WorldOptions } from '../world.ts';

export const reader: Caller = { id: 'rita', kind: 'person', roles: ['reader'], owner_id: null };

export interface Heard {
  type: string;
  timestamp: string;
  data: Record<string, Record<string, unknown>> & { event?: Record<string, unknown> };
}

export interface Hooked {
  town: Town;
  server: Server;
  /** What the server answers from now on. */
  answers(answer: Said | undefined | ((asked: Asked) => Said | Promise<Said>)): void;
  hook(more?: Partial<z.input<typeof NewWebhook>>, by?: Caller): Promise<WebhookAnswer>;
  /** The timer, and the calls that it leads to. */
  tell(): Promise<void>;
  /** What the server has heard, parsed. */
  heard(): Heard[];
  types(): string[];
  log(webhook: WebhookAnswer, by?: Caller): Promise<DeliveryAnswer[]>;
  close(): Promise<void>;
}

export async function openHooked(settings: Record<string, string> = {}, options: WorldOptions = {}): Promise<Hooked> {
  let answer: (asked: Asked) => Said | undefined | Promise<Said> = () => ({ status: 204 });
  const server = await openServer((asked) => answer(asked));
  const town = await openTown(settings, options);
  await town.person(reader.id, 'reader');
  const heard = () => server.asked.map(({ body }) => JSON.parse(body) as Heard);
  return {
    town,
    server,
    answers: (said) => (answer = typeof said === 'function' ? said : () => said),
    hook: (more = {}, by = reader) =>
      createWebhook(town.platform, by, NewWebhook.parse({ url: `${server.url}/hook`, event_types: ['*'], ...more })),
    tell: async () => {
      await fanOutEvents(town.platform);
      await town.settle();
    },
    heard,
    types: () => heard().map(({ type }) => type),
    log: ({ webhook_id }, by = reader) => listDeliveries(town.platform, by, { webhook_id, limit: 100 }),
    close: async () => {
      await town.close();
      await server.close();
    },
  };
}
