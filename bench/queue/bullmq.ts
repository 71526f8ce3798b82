/** BullMQ on a Redis that writes its log to the disk every second, as most run it. */
import { mkdirSync } from 'node:fs';
import type { Contestant } from './contestant.ts';
import { payload, priorityOf } from './payload.ts';
import { freePort, peer, startServer, succeeds, type Server } from './peer.ts';

export async function startRedis(folder: string): Promise<Server> {
  const port = String(await freePort());
  mkdirSync(folder, { recursive: true });
  const settings = { port, bind: '127.0.0.1', dir: folder, appendonly: 'yes', appendfsync: 'everysec', save: '' };
  const given = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const isReady = () => succeeds('redis-cli', '-p', port, 'ping');
  return { url: port, stop: await startServer(['redis-server', ...given], { isReady }) };
}

interface Closing {
  close(): Promise<void>;
}

interface Bullmq {
  Queue: new (
    name: string,
    options: object,
  ) => Closing & { add(name: string, data: object, options: object): Promise<unknown> };
  Worker: new (
    name: string,
    processor: () => Promise<object>,
    options: object,
  ) => Closing & { waitUntilReady(): Promise<unknown> };
}

export async function bullmq(port: string): Promise<Contestant> {
  const { Queue, Worker } = await peer<Bullmq>('bullmq');
  const connection = { host: '127.0.0.1', port: Number(port), maxRetriesPerRequest: null };
  const queue = new Queue('tasks', { connection });
  return {
    send: (number) => queue.add('write', payload(number), { priority: priorityOf(number), attempts: 3 }),
    work: async (concurrency, taken) => {
      const processor = async () => (taken(), { done: true });
      const worker = new Worker('tasks', processor, { connection, concurrency });
      await worker.waitUntilReady();
      return { stop: () => worker.close() };
    },
    close: () => queue.close(),
  };
}
