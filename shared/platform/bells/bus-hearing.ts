/** Hears the messages of one queue, until told to stop. */
import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import type { BellName, Ring } from '../platform.ts';
import type { Log } from '../telemetry/log.ts';
import type { Answer } from './answering.ts';
import { ringIn } from './message.ts';

/** Stages wait mostly for the database, whose pool is smaller. */
const stagesAtOnce = 32;

export interface Hearing {
  /** Takes no more messages and starts no more stages; resolves when those that run have come to their end. */
  stop(): Promise<void>;
  /** Resolves when the queue has confirmed all that was heard, or never will. */
  settled(): Promise<void>;
}

interface Ear {
  receiver: ServiceBusReceiver;
  bell: BellName;
  log: Log;
}

/** `answer` never throws. */
export function hearing(ear: Ear, answer: Answer): Hearing {
  const running = new Set<Promise<unknown>>();
  const settling = new Set<Promise<unknown>>();
  const oneOfFew = inTurns(stagesAtOnce);
  const stopping = new AbortController();
  const answered = async (ring: Ring): Promise<boolean> => {
    if (stopping.signal.aborted) return false; // its turn came too late
    await answer(ring);
    return true;
  };
  let isAway = false; // said once: the client may try again many times in a second
  const processMessage = async (message: ServiceBusReceivedMessage) => {
    isAway = false;
    const ring = ringIn(ear.bell, { body: message.body as unknown, properties: message.applicationProperties });
    const left = ring !== undefined && !(await kept(running, () => oneOfFew(() => answered(ring))));
    if (left) return; // another process hears it when its lock ends
    void kept(settling, () => settle(ear, message, ring !== undefined)); // it may wait for a connection that is gone
  };
  const subscription = ear.receiver.subscribe(
    {
      processMessage,
      processError: async ({ error, errorSource }) => {
        if (!isAway) {
          ear.log.warn({ err: error, bell: ear.bell, during: errorSource }, 'Service Bus met an error; it tries again');
        }
        isAway = true;
      },
    },
    { autoCompleteMessages: false, maxConcurrentCalls: stagesAtOnce, abortSignal: stopping.signal },
  );
  return {
    stop: async () => {
      stopping.abort(); // it may be trying to connect
      await subscription.close().catch(() => undefined); // what it met was logged
      await Promise.all(running);
    },
    settled: async () => void (await Promise.all(settling)),
  };
}

function kept<T>(set: Set<Promise<unknown>>, work: () => Promise<T>): Promise<T> {
  const working = work().finally(() => set.delete(working));
  set.add(working);
  return working;
}

/** After a connection dropped, the SDK asks for as many messages as before, beside those whose stages still run. */
function inTurns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = most;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    const made = await work();
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
    return made;
  };
}

/**
 * A bell is completed once it is answered: one whose process died is delivered again, when its lock ends. So is one
 * that cannot be completed because its connection dropped; heard twice, it does no harm.
 */
async function settle({ receiver, bell, log }: Ear, message: ServiceBusReceivedMessage, heard: boolean) {
  try {
    if (heard) {
      await receiver.completeMessage(message);
    } else {
      log.error({ bell, message: message.messageId }, 'a message is no bell; it goes to the dead letters');
      const deadLetterErrorDescription = 'expected the JSON {"id": "<text>"}';
      await receiver.deadLetterMessage(message, { deadLetterReason: 'malformed', deadLetterErrorDescription });
    }
  } catch (error) {
    log.info({ err: error, bell }, 'a message could not be settled; it is delivered again'); // see above
  }
}
