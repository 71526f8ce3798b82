/** What is asked of a broker beside sending and receiving: `$cbs` for tokens, `<queue>/$management` for the rest. */
import rhea, { type Message } from 'rhea';
import type { Queue } from './queue.ts';
import { decoded, peeked } from './wire.ts';

interface Reply {
  status: number;
  body?: unknown;
}

type Operation = (queue: Queue, body: never, now: number) => Reply;

const operations: Record<string, Operation> = {
  'com.microsoft:schedule-message': (queue, { messages }: { messages: { message: Buffer }[] }) => {
    const sequences = messages.map(({ message }) => {
      const ready = decoded(message);
      const due = ready.message_annotations?.['x-opt-scheduled-enqueue-time'] as Date | undefined;
      return rhea.types.wrap_long(queue.put(ready, due?.getTime()));
    });
    return { status: 200, body: { 'sequence-numbers': sequences } };
  },
  'com.microsoft:cancel-scheduled-message': (queue, body: Record<string, (Buffer | number)[]>) => {
    for (const sequence of body['sequence-numbers'] ?? []) queue.cancel(numberIn(sequence));
    return { status: 200, body: '' };
  },
  'com.microsoft:peek-message': (queue, body: Record<string, Buffer | number>, now) => {
    const from = numberIn(body['from-sequence-number']);
    const found = queue.stored.filter(({ sequence }) => sequence >= from).slice(0, numberIn(body['message-count']));
    if (found.length === 0) return { status: 204 };
    return { status: 200, body: { messages: found.map((stored) => ({ message: peeked(stored, now) })) } };
  },
};

/** A long may come as its eight bytes. */
const numberIn = (value: Buffer | number | undefined): number =>
  Buffer.isBuffer(value) ? Number(value.readBigInt64BE()) : (value ?? 0);

/** The answer to a request; `queue` is undefined for a token, which is always good. */
export function answerTo(request: Message, queue: Queue | undefined, now: number): Partial<Message> {
  const {
    message_id,
    application_properties = {},
    body,
  } = request as Message & {
    application_properties?: Record<string, string>;
  };
  const operation = operations[application_properties['operation'] ?? ''];
  const unknown: Reply = { status: 501 };
  const { status, body: answer } =
    queue === undefined ? { status: 202, body: '' } : (operation?.(queue, body as never, now) ?? unknown);
  // Tokens are answered with hyphens, everything else in one word.
  const said = { 'status-code': status, statusCode: status, 'status-description': '', statusDescription: '' };
  return { correlation_id: message_id as string, application_properties: said, body: answer };
}
