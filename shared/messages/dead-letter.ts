/** A dead letter: a message that nobody will receive any more, and why; it can be sent again. */
import { z } from 'zod';
import { jsonObject, name, time } from '../platform/wire.ts';
import { mostMessages } from './message.ts';

/** Which of them; what is left out excludes none. */
export const deadFilter = {
  type: name.optional(),
  from_id: z.string().max(128).optional(),
  to_agent: name.optional(),
  to_capability: name.optional(),
};

const DeadFilter = z.strictObject(deadFilter);
export type DeadFilter = z.output<typeof DeadFilter>;

/** What it was before it was sent again. */
export interface Death {
  message_id: string;
  number: number;
  attempts: number;
  dead_reason: string;
  died_at: Date;
  resent_by: string;
  resent_at: Date;
}

export const DeadLetter = z
  .strictObject({
    message_id: z.string(),
    from_id: z.string(),
    to_agent: z.string().nullable(),
    to_capability: z.string().nullable(),
    type: z.string(),
    priority: z.int(),
    body: jsonObject,
    correlation_id: z.string().nullable(),
    attempts: z.int().describe('deliveries since it was sent, or sent again'),
    reason: z.string(),
    sent_at: time,
    died_at: time,
    earlier: z
      .array(
        z.strictObject({
          attempts: z.int(),
          reason: z.string(),
          died_at: time,
          resent_by: z.string(),
          resent_at: time,
        }),
      )
      .describe('its deaths before it was sent again, the first one first'),
  })
  .meta({ id: 'DeadLetter' });

export type DeadLetter = z.output<typeof DeadLetter>;

export const ResendInput = z
  .strictObject({
    message_ids: z.array(z.string().min(1).max(128)).min(1).max(mostMessages).optional(),
    filter: DeadFilter.optional().describe(`the oldest ${mostMessages} that fit; {} is all`),
  })
  .refine(({ message_ids, filter }) => (message_ids === undefined) !== (filter === undefined), {
    message: 'expected message_ids or filter',
  })
  .meta({ id: 'ResendInput' });

export type ResendInput = z.output<typeof ResendInput>;

export const ResendAnswer = z
  .strictObject({
    resent: z.array(z.string()),
    left: z.array(z.strictObject({ message_id: z.string(), reason: z.string() })).describe('stay as they are'),
  })
  .meta({ id: 'ResendAnswer' });

export type ResendAnswer = z.output<typeof ResendAnswer>;
