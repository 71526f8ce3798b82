/** A delivery: one thing that one webhook is told of, with what became of each try. */
import { z } from 'zod';
import type { WorkRow } from '../platform/database/due-work.ts';
import { time } from '../platform/wire.ts';

const deliveryStates = ['waiting', 'delivered', 'failed'] as const;

/** One try. Without a status nobody answered, and `fault` says why. */
export interface Try {
  at: string;
  status: number | null;
  latency_milliseconds: number | null;
  /** The beginning of what came back. */
  response: string | null;
  fault: string | null;
}

/** The row. */
export interface Delivery extends WorkRow {
  webhook_id: string;
  /** What it is about, once for each webhook: `job_…#7`, an item, a threshold of a budget. */
  about: string;
  event_type: string;
  /** As it is sent, at each try. */
  body: string;
  state: (typeof deliveryStates)[number];
  /** No bell has it tried earlier: a doubled one would not heed the wait after a failure. */
  not_before: Date;
  tried: Try[];
  created_at: Date;
  settled_at: Date | null;
}

export const deliveryState = z.enum(deliveryStates);

const TryAnswer = z
  .strictObject({
    at: z.string(),
    status: z.int().nullable(),
    latency_milliseconds: z.number().nullable(),
    response: z.string().nullable().describe('its first 500 characters'),
    fault: z.string().nullable(),
  })
  .meta({ id: 'DeliveryTry' });

export const DeliveryAnswer = z
  .strictObject({
    delivery_id: z.string().describe('the `webhook-id` of each try'),
    webhook_id: z.string(),
    event_type: z.string(),
    about: z.string().describe('the event, as `stream#number`, or what else it tells of'),
    state: deliveryState,
    attempts: z.int().describe('since it was sent, or sent again by hand'),
    next_attempt_at: time.nullable(),
    status: z.int().nullable().describe('of the last answer'),
    latency_milliseconds: z.number().nullable(),
    fault: z.string().nullable(),
    tries: z.array(TryAnswer).describe('the last twenty'),
    created_at: time,
    settled_at: time.nullable(),
  })
  .meta({ id: 'Delivery' });
export type DeliveryAnswer = z.output<typeof DeliveryAnswer>;

/** With the body that is sent. */
export const DeliveryInFull = DeliveryAnswer.extend({ body: z.string() }).meta({ id: 'DeliveryInFull' });

export function deliveryAnswer(row: Delivery): DeliveryAnswer {
  const last = row.tried.at(-1);
  return {
    delivery_id: row.id,
    webhook_id: row.webhook_id,
    event_type: row.event_type,
    about: row.about,
    state: row.state,
    attempts: row.attempts,
    next_attempt_at: row.state === 'waiting' ? row.not_before : null,
    status: last?.status ?? null,
    latency_milliseconds: last?.latency_milliseconds ?? null,
    fault: row.last_fault,
    tries: row.tried,
    created_at: row.created_at,
    settled_at: row.settled_at,
  };
}
