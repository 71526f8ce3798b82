/**
 * `npm run bench:mailbox [-- --json]`: from sending a message to its answer at an agent that waits for it, through HTTP on
 * loopback, in memory and on a file with full fsync; beside it the round trip of an empty route in the same run. The server
 * in one process, the agents in another.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { clientOf, type Client } from '../local/client.ts';
import { startServer } from '../local/server.ts';
import { readConfig } from '../shared/platform/config.ts';
import { childJson, parameters } from './child.ts';
import { autocommitsPerSecond, percentile } from './floor.ts';

interface Run {
  url: string;
  empty: string;
  alice: string;
  bert: string;
}

interface Times {
  received: number[];
  empty: number[];
}

const messages = 500;

async function measure(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  const say = (line: string) => (values.json ? console.error(line) : console.log(line));
  const folder = mkdtempSync(join(tmpdir(), 'muster-mailbox-'));
  try {
    const memory = await timesOver(':memory:');
    say(`an empty route: ${told(memory.empty)}`);
    say(`sent to received, in memory: ${told(memory.received)}; to reach p50 below 2 ms`);
    const disk = await timesOver(folder);
    say(`sent to received, on a file with full fsync: ${told(disk.received)}`);
    say(`a commit of this disk: ${(1000 / autocommitsPerSecond(folder, 1)).toFixed(2)} ms`);
    const ratio = percentile(memory.empty, 0.5) / percentile(memory.received, 0.5);
    if (values.json) console.log(JSON.stringify({ ratios: { 'empty route to mailbox': ratio } }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timesOver(data: string): Promise<Times> {
  const server = await startServer(readConfig({ MUSTER_DATA: data, PORT: '0', LOG_LEVEL: 'warn' }));
  const empty = await emptyServer();
  try {
    const keys = await agents(clientOf(server.url, server.admin_key ?? ''));
    return await childJson<Times>('./mailbox.ts', { ...keys, url: server.url, empty: empty.url });
  } finally {
    await empty.stop();
    await server.stop();
  }
}

const told = (times: readonly number[]): string =>
  [0.5, 0.99].map((share) => `p${share * 100} ${percentile(times, share).toFixed(2)} ms`).join(', ');

const emptyServer = (): Promise<{ url: string; stop(): Promise<void> }> =>
  new Promise((resolve) => {
    const app = new Hono().post('/api/empty', (context) => context.json({}));
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
      resolve({ url: `http://127.0.0.1:${port}`, stop: () => new Promise((done) => server.close(() => done())) }),
    );
  });

async function agents(admin: Client): Promise<{ alice: string; bert: string }> {
  const keyOf = async (id: string) => {
    await admin.put(`/v1/agents/${id}`, { role: 'worker' });
    return (await admin.post<{ key: string }>(`/v1/agents/${id}/keys`)).key;
  };
  return { alice: await keyOf('alice'), bert: await keyOf('bert') };
}

/** Milliseconds: one message at a time, each to an agent that already waits; in turns with calls of the empty route. */
async function timed({ url, empty, alice, bert }: Run): Promise<Times> {
  const [sender, receiver, nothing] = [clientOf(url, alice), clientOf(url, bert), clientOf(empty, '')];
  const times: Times = { received: [], empty: [] };
  const warmUp = 50;
  for (let turn = -warmUp; turn < messages; turn++) {
    const bare = performance.now();
    await nothing.post('/empty', {});
    const asked = performance.now();
    const waiting = receiver.post<{ messages: Received[] }>('/v1/agents/bert/messages/receive', { wait_seconds: 20 });
    await new Promise((resolve) => setTimeout(resolve, 5)); // until it waits
    const sent = performance.now();
    const sending = sender.post('/v1/messages', { to_agent: 'bert', type: 'coordination', body: { turn } });
    const { messages: got } = await waiting;
    const received = performance.now();
    await sending;
    const settle = got.map(({ message_id, receipt }) => ({ message_id, receipt, action: 'acknowledge' }));
    await receiver.post('/v1/messages/settle', { settle });
    if (turn < 0) continue;
    times.received.push(received - sent);
    times.empty.push(asked - bare);
  }
  return times;
}

interface Received {
  message_id: string;
  receipt: string;
}

if (process.argv[2]?.startsWith('{') === true) console.log(JSON.stringify(await timed(parameters<Run>())));
else await measure();
