/** Delivers messages of Service Bus to the app's queue functions, as the host's extension does. */
import type { ProcessErrorArgs, ServiceBusReceivedMessage } from '@azure/service-bus';
import type { TypedData } from './rpc.ts';
import type { Call, Worker } from './worker.ts';

/** As host.json has it. */
export interface QueueOptions {
  maxConcurrentCalls: number;
  maxAutoLockRenewalDurationInMs: number;
}

type Message = Pick<ServiceBusReceivedMessage, 'body'> & Partial<ServiceBusReceivedMessage>;

/**
 * A message as the host hands it over: its count begins at 1, its time has no zone, names are capitalised, and
 * members of a JSON body stand among the metadata and win.
 */
export function messageCall(message: Message): Call {
  const body: unknown = message.body;
  const members = typeof body === 'object' && body !== null ? Object.entries(body) : [];
  const metadata: Record<string, unknown> = {
    MessageId: message.messageId ?? '',
    DeliveryCount: (message.deliveryCount ?? 0) + 1,
    EnqueuedTimeUtc: message.enqueuedTimeUtc?.toISOString().replace('Z', ''),
    SequenceNumber: message.sequenceNumber?.toString(),
    ContentType: message.contentType,
    ApplicationProperties: message.applicationProperties ?? {},
    ...Object.fromEntries(members),
  };
  const given = Object.entries(metadata).filter(([, value]) => value !== undefined);
  return {
    data: { string: typeof body === 'string' ? body : JSON.stringify(body) },
    metadata: Object.fromEntries(given.map(([name, value]) => [name, typed(value)])),
  };
}

function typed(value: unknown): TypedData {
  if (typeof value === 'string') return { string: value };
  return typeof value === 'number' && Number.isInteger(value) ? { int: value } : { json: JSON.stringify(value) };
}

/** Receives until stopped. A function that throws gives its message back, and it comes again at once. */
export async function startQueues(
  worker: Worker,
  connection: string,
  { failed, ...options }: QueueOptions & { failed: (name: string, fault: unknown) => void },
): Promise<() => Promise<void>> {
  const queues = worker.functions.filter(({ trigger }) => trigger.type === 'serviceBusTrigger');
  if (queues.length === 0) return async () => {};
  const { ServiceBusClient } = await import('@azure/service-bus');
  const client = new ServiceBusClient(connection);
  for (const { name, trigger } of queues) {
    const processError = async ({ error }: ProcessErrorArgs) => failed(name, error);
    const processMessage = async (message: ServiceBusReceivedMessage) => {
      await worker.invoke(name, messageCall(message));
    };
    client.createReceiver(trigger.queueName ?? '').subscribe({ processMessage, processError }, options);
  }
  return () => client.close();
}
