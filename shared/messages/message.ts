/** A message between agents: delivered at least once, with a lease. */
import { z } from 'zod';
import { agentRoles } from '../access/caller.ts';
import { jsonObject, name, time, type Json } from '../platform/wire.ts';

export const messageTypes = [
  'task_assignment',
  'task_result',
  'status_update',
  'heartbeat',
  'approval_request',
  'verification_request',
  'verification_answer',
  'coordination',
  'error',
  'custom',
] as const;

/** What Muster alone sends. */
export const ofMuster = ['verification_request'] as const;

/** A built-in type, or the name of one that an admin has added. */
export type MessageType = (typeof messageTypes)[number] | (string & {});

export const isBuiltIn = (type: string): boolean => messageTypes.some((name) => name === type);
export type MessageState = 'queued' | 'delayed' | 'received' | 'acknowledged' | 'dead';

/** The row. */
export interface Message {
  id: string;
  /** `agent:<id>` or `capability:<name>`. */
  mailbox: string;
  /** Null where it is to whoever has a capability. */
  to_agent: string | null;
  from_id: string;
  type: MessageType;
  /** 1 is the most urgent. */
  priority: number;
  body: Record<string, Json>;
  correlation_id: string | null;
  reply_to: string | null;
  state: MessageState;
  /** Deliveries; of one that was sent again those since then. */
  attempts: number;
  /** Who received it last, and what proves it. */
  holder_id: string | null;
  receipt: string | null;
  lease_until: Date | null;
  /** When it expires, comes back after a delay, or its lease runs out. */
  due_at: Date | null;
  expires_at: Date | null;
  dead_reason: string | null;
  sent_at: Date;
  /** The first time. */
  received_at: Date | null;
  settled_at: Date | null;
}

export const usualPriority = 5;
export const mostMessages = 100;
export const longestWaitSeconds = 20;

const id = z.string().min(1).max(128);

const NewMessage = z
  .strictObject({
    to_agent: name.optional().describe('an agent; "muster" for a verification_answer'),
    to_capability: name.optional().describe('whoever has it and receives it first'),
    to_role: z
      .enum(agentRoles)
      .optional()
      .describe(`a copy for each agent of the role but the sender; ${mostMessages} messages a call at most`),
    type: name.describe('a built-in type, or one that an admin has added'),
    priority: z.int().min(1).max(10).default(usualPriority),
    body: jsonObject,
    correlation_id: id.optional(),
    reply_to: id.optional(),
    ttl_seconds: z.number().positive().max(2_592_000).optional().describe('not received by then: a dead letter'),
  })
  .meta({ id: 'NewMessage' });

const OneMessage = NewMessage.refine(
  ({ to_agent, to_capability, to_role }) =>
    [to_agent, to_capability, to_role].filter((to) => to !== undefined).length === 1,
  'expected one of to_agent, to_capability and to_role',
);

/** One message as it is, or up to a hundred. */
export type OneMessage = z.output<typeof OneMessage>;

export const SendInput = z
  .union([OneMessage, z.strictObject({ messages: z.array(OneMessage).min(1).max(mostMessages) })])
  .transform((given) => ('messages' in given ? given : { messages: [given] }));

export type SendInput = z.output<typeof SendInput>;

const SentMessage = z.strictObject({
  message_id: z.string(),
  to_agent: z.string().nullable(),
  to_capability: z.string().nullable(),
});

export type SentMessage = z.output<typeof SentMessage>;

export const SendAnswer = z
  .strictObject({
    messages: z.array(SentMessage).describe('in the order of the request; for a role one for each copy'),
  })
  .meta({ id: 'SendAnswer' });

export type SendAnswer = z.output<typeof SendAnswer>;

export const ReceiveInput = z
  .strictObject({
    max: z.int().min(1).max(mostMessages).default(1),
    wait_seconds: z.number().min(0).max(longestWaitSeconds).default(0),
  })
  .meta({ id: 'ReceiveInput' });

export type ReceiveInput = z.output<typeof ReceiveInput>;

export const ReceivedMessage = z
  .strictObject({
    message_id: z.string(),
    from_id: z.string(),
    to_capability: z.string().nullable().describe('null where it is to this agent'),
    type: z.string(),
    priority: z.int(),
    body: jsonObject,
    correlation_id: z.string().nullable(),
    reply_to: z.string().nullable(),
    attempt: z.int().describe('1 the first time'),
    receipt: z.string().describe('proves the delivery; settle with it before the lease runs out'),
    lease_until: time,
    sent_at: time,
  })
  .meta({ id: 'ReceivedMessage' });

export type ReceivedMessage = z.output<typeof ReceivedMessage>;

export const ReceiveAnswer = z.strictObject({ messages: z.array(ReceivedMessage) }).meta({ id: 'ReceiveAnswer' });

export const settlements = ['acknowledge', 'retry', 'dead_letter'] as const;

const Settlement = z
  .strictObject({
    message_id: id,
    receipt: id,
    action: z.enum(settlements),
    reason: z.string().max(1000).optional().describe('kept with a dead letter'),
    after_seconds: z.number().min(0).max(86_400).optional().describe('with retry: not before; at once where left out'),
  })
  .refine(({ action, after_seconds }) => action === 'retry' || after_seconds === undefined, {
    path: ['after_seconds'],
    message: 'only with retry',
  });

export type Settlement = z.output<typeof Settlement>;

export const SettleInput = z
  .strictObject({ settle: z.array(Settlement).min(1).max(mostMessages) })
  .meta({ id: 'SettleInput' });

export type SettleInput = z.output<typeof SettleInput>;

export const SettleAnswer = z
  .strictObject({
    settled: z.array(
      z.strictObject({ message_id: z.string(), state: z.enum(['queued', 'delayed', 'acknowledged', 'dead']) }),
    ),
  })
  .meta({ id: 'SettleAnswer' });

export type SettleAnswer = z.output<typeof SettleAnswer>;
