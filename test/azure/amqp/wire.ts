/** Messages of Service Bus on the wire: batches taken apart, annotations of the broker put on. */
import rhea, { type Message } from 'rhea';
import type { Stored } from './queue.ts';

/** The format of a transfer that holds several messages, each encoded in a section of its own. */
const batchFormat = 0x8001_3700;

// rhea has two typings of a message, which do not know each other.
export const decoded = (bytes: Buffer): Message => rhea.message.decode(bytes) as unknown as Message;

/** The answer to a settlement; the typings leave it out. */
export const accepted = (): unknown =>
  (rhea.message as unknown as { accepted(): { described(): unknown } }) // as a sender says it
    .accepted()
    .described();

/** Raw bytes where rhea does not know the format. */
export function messagesIn(received: Message | Buffer, format: number): Message[] {
  if (!Buffer.isBuffer(received)) return [received];
  if (format !== batchFormat) throw new Error(`the broker does not know the message format ${format}`);
  const { content } = decoded(received)['body'] as { content: Buffer | Buffer[] };
  return [content].flat().map(decoded);
}

const scheduled = 2;

/** The message as the broker hands it out. */
export function handedOut({ sequence, message, enqueued_at, deliveries, lock }: Stored, state = 0): Message {
  const { types } = rhea;
  return Object.assign(Object.create(message) as Message, message, {
    delivery_count: Math.max(0, deliveries - 1),
    message_annotations: {
      'x-opt-sequence-number': types.wrap_long(sequence),
      'x-opt-enqueued-time': types.wrap_timestamp(enqueued_at),
      'x-opt-message-state': types.wrap_int(state),
      ...(lock === undefined ? {} : { 'x-opt-locked-until': types.wrap_timestamp(lock.until) }),
    },
  });
}

/** The message as someone sees it who only looks. */
export const peeked = (stored: Stored, now: number): Buffer =>
  rhea.message.encode(handedOut(stored, stored.due_at > now ? scheduled : 0));

/** The JSON that a message carries. */
export const jsonIn = (message: Message): unknown =>
  JSON.parse((message['body'] as { content: Buffer }).content.toString('utf8'));
