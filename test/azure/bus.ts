/** Bells over a loopback broker, with the real client. */
import { serviceBusBells } from '../../shared/platform/bells/service-bus.ts';
import { systemClock, systemRandom } from '../../shared/platform/clock.ts';
import { readConfig } from '../../shared/platform/config.ts';
import { bellNames, type Bells, type Ring } from '../../shared/platform/platform.ts';
import { openLog } from '../../shared/platform/telemetry/log.ts';
import { Broker } from './amqp/broker.ts';
import { jsonIn } from './amqp/wire.ts';

export interface Bus {
  broker: Broker;
  logged: string[];
  /** Bells of one more process. */
  open(): Bells;
  /** What was ever sent to a queue. */
  sent(queue?: string): { id: string; body: unknown; properties: unknown; due_at: number }[];
  close(): Promise<void>;
}

export async function openBus(): Promise<Bus> {
  const broker = await new Broker(bellNames).ready();
  const opened: Bells[] = [];
  const logged: string[] = [];
  return {
    broker,
    logged,
    open: () => {
      const config = readConfig({ SERVICEBUS: broker.connectionString });
      const log = openLog('info', (line) => logged.push(line));
      const bells = serviceBusBells({ config, clock: systemClock, random: systemRandom, log });
      opened.push(bells);
      return bells;
    },
    sent: (queue = 'execute') =>
      broker.queue(queue).history.map(({ message, due_at }) => ({
        id: String(message.message_id),
        body: jsonIn(message),
        properties: message.application_properties,
        due_at,
      })),
    close: async () => {
      await Promise.all(opened.map((bells) => bells.drain()));
      await broker.close();
    },
  };
}

export const ring = (id: string, more: Partial<Ring> = {}): Ring => ({ bell: 'execute', id, trace: null, ...more });

/** A handler that notes what it hears before it answers. */
export function noting(answer: (ring: Ring) => Promise<void> = async () => {}) {
  const heard: string[] = [];
  return { heard, answer: (given: Ring) => (heard.push(given.id), answer(given)) };
}

/** A handler that notes what it hears and answers when it is let go. */
export function held() {
  const gate = Promise.withResolvers<void>();
  return { ...noting(() => gate.promise), letGo: () => gate.resolve() };
}
