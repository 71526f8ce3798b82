/**
 * `npm run functions -- [--app FOLDER] [--port N]`: runs a built function app where there are no Core Tools: HTTP on
 * 127.0.0.1, its timers, and its queues when SERVICEBUS is set. Settings come from the environment.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openDoor } from './http.ts';
import { startQueues } from './queues.ts';
import { startTimers } from './timers.ts';
import { startWorker } from './worker.ts';

const { values } = parseArgs({
  options: {
    app: { type: 'string', default: resolve(import.meta.dirname, '../..') },
    port: { type: 'string', default: '7071' },
    'loses-chunks': { type: 'boolean', default: false },
  },
});

const say = (level: string, message: string) => {
  if (level === 'error' || level === 'warning') console.error(message);
};
const failed = (name: string, fault: unknown) => say('error', `${name} failed: ${String(fault)}`);

interface HostJson {
  extensions?: {
    http?: { routePrefix?: string };
    serviceBus?: { maxConcurrentCalls?: number; maxAutoLockRenewalDuration?: string };
  };
}

const folder = resolve(values.app);
const { extensions = {} } = JSON.parse(readFileSync(join(folder, 'host.json'), 'utf8')) as HostJson;
const worker = await startWorker(folder, say);
if (worker.functions.length === 0) {
  console.error(existsSync(join(folder, 'dist')) ? 'The app has no functions.' : 'Build it first: npm run build');
  process.exit(1);
}
const timers = startTimers(worker, failed);
const stopQueues = await startQueues(worker, process.env['SERVICEBUS'] ?? '', {
  maxConcurrentCalls: extensions.serviceBus?.maxConcurrentCalls ?? 16,
  maxAutoLockRenewalDurationInMs: milliseconds(extensions.serviceBus?.maxAutoLockRenewalDuration ?? '00:05:00'),
  failed,
});
const door = await openDoor(worker, {
  port: Number(values.port),
  routePrefix: extensions.http?.routePrefix ?? 'api',
  losesChunks: values['loses-chunks'],
});
console.log(`${worker.functions.length} functions listen on ${door.url}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void leave());

/** `hh:mm:ss`. */
function milliseconds(span: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = span.split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

async function leave(): Promise<void> {
  await timers.stop();
  await door.close();
  await stopQueues();
  await worker.terminate();
  process.exit(0);
}
