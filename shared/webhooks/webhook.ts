/** A webhook: an address that is told of events. */
import { z } from 'zod';
import { time, webUrl } from '../platform/wire.ts';
import { isPattern } from './event-types.ts';

/** `standard`: Standard Webhooks, signed; the others are cards for a channel, whose address is the secret. */
export const formats = ['standard', 'teams', 'slack'] as const;
export type Format = (typeof formats)[number];

/** The row. */
export interface Webhook {
  id: string;
  version: number;
  head_hash: string;
  owner_id: string;
  description: string;
  format: Format;
  /** Of a card only its origin: the whole address is sealed. */
  url: string;
  event_types: string[];
  state: 'enabled' | 'disabled' | 'deleted';
  disabled_reason: string | null;
  /** Events up to here are not for it. */
  since_cursor: number;
  /** What signs, sealed; of a card the address. */
  secret_id: string;
  /** Signs as well until then, after a rotation. */
  previous_secret_id: string | null;
  previous_until: Date | null;
  /** Since when every try has failed. */
  failing_since: Date | null;
  created_at: Date;
}

const patterns = z
  .array(z.string().max(64).refine(isPattern, 'expected an event type such as `job.failed`, or `job.*`, or `*`'))
  .max(50)
  .describe('what it is told of: types, `<kind>.*`, or `*`; none: only what the rota sends there');
const description = z.string().max(500);

export const NewWebhook = z
  .strictObject({
    url: webUrl,
    format: z.enum(formats).default('standard'),
    event_types: patterns,
    description: description.default(''),
    enabled: z.boolean().default(true),
  })
  .meta({ id: 'NewWebhook' });
export type NewWebhook = z.output<typeof NewWebhook>;

export const WebhookChange = z
  .strictObject({
    url: webUrl.optional(),
    event_types: patterns.optional(),
    description: description.optional(),
    enabled: z.boolean().optional(),
  })
  .meta({ id: 'WebhookChange' });
export type WebhookChange = z.output<typeof WebhookChange>;

export const RotateInput = z
  .strictObject({
    overlap_seconds: z
      .int()
      .min(0)
      .max(7 * 86_400)
      .default(86_400)
      .describe('how long the secret before signs as well'),
  })
  .meta({ id: 'RotateSecret' });

export const WebhookAnswer = z
  .strictObject({
    webhook_id: z.string(),
    version: z.int(),
    owner_id: z.string(),
    description: z.string(),
    format: z.enum(formats),
    url: z.string().describe('of a card only its origin: the whole address is a secret'),
    event_types: z.array(z.string()),
    enabled: z.boolean(),
    disabled_reason: z.string().nullable(),
    previous_secret_until: time.nullable().describe('until then two signatures are sent'),
    failing_since: time.nullable().describe('since when every try has failed'),
    created_at: time,
    secret: z.string().nullable().describe('`whsec_…`, shown this once; otherwise null'),
  })
  .meta({ id: 'Webhook' });
export type WebhookAnswer = z.output<typeof WebhookAnswer>;

export const webhookAnswer = (row: Webhook, secret: string | null = null): WebhookAnswer => ({
  webhook_id: row.id,
  version: row.version,
  owner_id: row.owner_id,
  description: row.description,
  format: row.format,
  url: row.url,
  event_types: row.event_types,
  enabled: row.state === 'enabled',
  disabled_reason: row.disabled_reason,
  previous_secret_until: row.previous_until,
  failing_since: row.failing_since,
  created_at: row.created_at,
  secret,
});

/** Of a standard webhook its address; the address of a card is kept secret, and only where it is said. */
export const shownUrl = (format: Format, url: string): string => (format === 'standard' ? url : new URL(url).origin);
