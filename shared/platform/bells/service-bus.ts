/**
 * Bells over Azure Service Bus: each bell has a queue of its name, each ring is a message with an id of its own.
 * Ringing only puts the ring into an outbox; whatever is lost on the way, the sweep rings again.
 */
import type { Config } from '../config.ts';
import { bellNames, type BellName, type Bells, type Clock, type Random } from '../platform.ts';
import type { Log } from '../telemetry/log.ts';
import { answering } from './answering.ts';
import { busClients } from './bus-client.ts';
import type { Hearing } from './bus-hearing.ts';
import { busQueue, type BusQueue } from './bus-queue.ts';
import { Outbox } from './outbox.ts';

interface Surroundings {
  config: Config;
  clock: Clock;
  random: Random;
  log: Log;
}

/** How long a process that ends waits for Service Bus, at each of two steps. */
const patienceMilliseconds = 3000;

/** Opens nothing yet: the SDK is loaded at the first ring, or when stages are connected. */
export function serviceBusBells(around: Surroundings): Bells {
  const { clock, log } = around;
  const bus = busOf(around);
  const outboxes = Object.values(bus.outbox);
  let hearing: Promise<Hearing[]> = Promise.resolve([]);
  return {
    ring: (ring, delaySeconds = 0) => bus.outbox[ring.bell].ring(ring, delaySeconds),
    answer: (answer) => {
      hearing = Promise.all(bus.queues.map((queue) => queue.hear(answering(answer, log)))).catch((error: unknown) => {
        log.error({ err: error }, 'bells are not heard: see the settings of Service Bus');
        return [];
      });
    },
    drain: async () => {
      const heard = await hearing;
      await Promise.all(heard.map((one) => one.stop()));
      const sent = outboxes.map((one) => one.close()); // what those stages rang goes out too
      await patiently(clock, Promise.all([...sent, ...heard.map((one) => one.settled())]));
      const closed = bus.close().catch((error: unknown) => log.warn({ err: error }, 'Service Bus was not closed'));
      await patiently(clock, closed);
    },
    check: async () => {
      await Promise.all(bus.queues.map((queue) => queue.check()));
      return `${bus.queues.length} queues take messages, show them and give them back`;
    },
    backlog: async () => {
      const own = outboxes.flatMap((one) => one.waiting()); // first: one on its way is counted twice, not missed
      const inQueues = await Promise.all(bus.queues.map((queue) => queue.waiting()));
      const since = [...own, ...inQueues.flat().map((at) => at.getTime())];
      const now = clock.now().getTime();
      return { waiting: since.length, oldest_seconds: (now - Math.min(now, ...since)) / 1000 };
    },
  };
}

interface Bus {
  outbox: Record<BellName, Outbox>;
  queues: BusQueue[];
  close(): Promise<void>;
}

function busOf(around: Surroundings): Bus {
  const clients = busClients(around.config);
  const queues = forEachBell((bell) => busQueue(bell, { ...around, clients }));
  const outbox = forEachBell((bell) => new Outbox({ ...around, bell, send: queues[bell].send }));
  return { outbox, queues: Object.values(queues), close: clients.close };
}

async function patiently(clock: Clock, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  await Promise.race([work, clock.sleep(patienceMilliseconds, over.signal)]);
  over.abort();
}

const forEachBell = <T>(make: (bell: BellName) => T): Record<BellName, T> =>
  Object.fromEntries(bellNames.map((bell) => [bell, make(bell)])) as Record<BellName, T>; // for each there is
