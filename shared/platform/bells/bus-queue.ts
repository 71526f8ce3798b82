/** One queue of Service Bus as a bell uses it: send rings, hear them, and look at what waits. */
import type { ServiceBusMessage, ServiceBusReceiver, ServiceBusSender } from '@azure/service-bus';
import { firstUse } from '../first-use.ts';
import type { BellName, Clock, Random } from '../platform.ts';
import type { Log } from '../telemetry/log.ts';
import type { Answer } from './answering.ts';
import type { BusClients } from './bus-client.ts';
import { hearing, type Hearing } from './bus-hearing.ts';
import { messageOf } from './message.ts';
import type { Send } from './outbox.ts';

export interface BusQueue {
  send: Send;
  hear(answer: Answer): Promise<Hearing>;
  /** When each message that waits, or whose stage runs, was enqueued, oldest first; at most 100. */
  waiting(): Promise<Date[]>;
  /** Sends a message that nobody gets, looks at it and takes it back. Throws what is wrong. */
  check(): Promise<void>;
}

interface Surroundings {
  clients: BusClients;
  clock: Clock;
  random: Random;
  log: Log;
}

/**
 * Locks are not renewed: a stage that outlasts its lock is heard twice, which does no harm, and after a connection
 * dropped the SDK would go on to renew the locks of messages that it cannot settle any more.
 */
export function busQueue(bell: BellName, { clients, clock, random, log }: Surroundings): BusQueue {
  const sender = firstUse(async () => (await clients.sending()).createSender(bell));
  const receiver = firstUse(async () =>
    (await clients.hearing()).createReceiver(bell, { maxAutoLockRenewalDurationInMs: 0 }),
  );
  const freshId = () => Buffer.from(random.bytes(16)).toString('hex');
  const inAnHour = () => new Date(clock.now().getTime() + hourMilliseconds);
  const peek = peeking();
  return {
    send: async (rings, at) => {
      const messages = rings.map((ring) => messageOf(ring, freshId()));
      const opened = await sender.use();
      const attempt = () => send(opened, messages, at);
      await attempt().catch(attempt); // the SDK itself gives up at once when it writes to a socket that has just gone
    },
    hear: async (answer) => hearing({ receiver: await receiver.use(), bell, log }, answer),
    waiting: async () => peek(await receiver.use()),
    check: async () => check([await sender.use(), await receiver.use()], freshId(), inAnHour()),
  };
}

async function send(sender: ServiceBusSender, messages: ServiceBusMessage[], at: Date | undefined): Promise<void> {
  if (at === undefined) await sender.sendMessages(messages);
  else await sender.scheduleMessages(messages, at);
}

type Sequence = Awaited<ReturnType<ServiceBusSender['scheduleMessages']>>[number];

/** Messages looked at for the backlog. */
const mostPeeked = 100;
const peekMilliseconds = 3000;

/** Looking needs no more than the right to listen. Each look begins at the first message that the last one saw. */
function peeking(): (receiver: ServiceBusReceiver) => Promise<Date[]> {
  let first: Sequence | undefined;
  return async (receiver) => {
    const seen = await receiver.peekMessages(mostPeeked, {
      ...(first === undefined ? {} : { fromSequenceNumber: first }),
      abortSignal: AbortSignal.timeout(peekMilliseconds),
    });
    first = seen[0]?.sequenceNumber ?? first;
    return seen.flatMap(({ state, enqueuedTimeUtc }) => (state === 'active' ? (enqueuedTimeUtc ?? []) : []));
  };
}

const hourMilliseconds = 3_600_000;

/** Were it not taken back, its stage would find no such row. */
async function check(
  [sender, receiver]: [ServiceBusSender, ServiceBusReceiver],
  messageId: string,
  at: Date,
): Promise<void> {
  const sent = await sender.scheduleMessages(messageOf({ id: 'a check', trace: null }, messageId), at);
  const [fromSequenceNumber] = sent as [Sequence];
  try {
    const [seen] = await receiver.peekMessages(1, { fromSequenceNumber });
    if (seen?.messageId !== messageId) throw new Error(`the queue ${receiver.entityPath} does not show what it took`);
  } finally {
    await sender.cancelScheduledMessages(sent);
  }
}
