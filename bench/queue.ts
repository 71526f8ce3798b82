/**
 * `npm run bench:queue [-- --json] [-- --quick]`: Muster's queue beside the least that one would write by hand on the same
 * disk, beside BullMQ on Redis and beside graphile-worker on PostgreSQL; each in a process of its own, in turns. The servers
 * are Debian's (redis-server, postgresql), started here on free ports and stopped at the end; what is not there is left
 * out. These machines are noisy: read the ratios.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { autocommitsPerSecond } from './floor.ts';
import { claimsBeside } from './queue/backlog.ts';
import { startRedis } from './queue/bullmq.ts';
import type { Figures, Load } from './queue/contestant.ts';
import { startPostgres } from './queue/graphile.ts';
import { installPeers, type Server } from './queue/peer.ts';
import { report, tableOf, type Rounds } from './queue/report.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
});
const say = (line: string) => (values.json ? console.error(line) : console.log(line));
const load: Load = values.quick ? { tasks: 400, pick_ups: 50 } : { tasks: 2000, pick_ups: 200 };
const rounds = values.quick ? 2 : 5;
const [few, many] = values.quick ? [1000, 50_000] : [1000, 1_000_000];

const folder = mkdtempSync(join(tmpdir(), 'muster-queue-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
await using opened = new AsyncDisposableStack();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1)); // and with it what was started
await measure();

async function measure(): Promise<void> {
  say(`load of the machine: ${loadavg()[0]?.toFixed(1)}; a commit of this disk: ${commitMilliseconds()} ms`);
  const children = await contestants();
  const figures: Rounds = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, child] of Object.entries(children)) (figures[name] ??= []).push(await ask(child));
  }
  for (const child of Object.values(children)) await ended(child);
  say(tableOf(figures));
  const beside = await claimsBeside(join(folder, 'backlog'), [few, many], values.quick ? 100 : 500);
  const { lines, ratios } = report(figures, beside);
  for (const line of lines) say(line);
  say(`load of the machine: ${loadavg()[0]?.toFixed(1)}; a commit of this disk: ${commitMilliseconds()} ms`);
  if (values.json) console.log(JSON.stringify({ ratios }));
}

function commitMilliseconds(): string {
  return (1000 / autocommitsPerSecond(folder, 1)).toFixed(2);
}

async function contestants(): Promise<Record<string, ChildProcess>> {
  const all: Record<string, ChildProcess> = {};
  for (const name of ['muster', 'byHand']) {
    mkdirSync(join(folder, name));
    all[name] = await start(name, join(folder, name));
  }
  await attempt('bullmq', startRedis);
  await attempt('graphile', startPostgres);
  return all;

  async function attempt(name: string, serverIn: (folder: string) => Promise<Server>): Promise<void> {
    try {
      installPeers();
      const server = await serverIn(join(folder, name));
      opened.defer(async () => void (await server.stop()));
      all[name] = await start(name, server.url);
    } catch (error) {
      say(`${name} is left out: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

async function start(name: string, where: string): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('queue/run.ts', import.meta.url)), [name, where]);
  await answer(child);
  return child;
}

async function ask(child: ChildProcess): Promise<Figures> {
  child.send(load);
  return (await answer(child)) as Figures; // as queue/run.ts sends them
}

async function answer(child: ChildProcess): Promise<unknown> {
  const gone = once(child, 'exit').then(() => Promise.reject(new Error('a contestant has ended')));
  const answers = once(child, 'message') as Promise<unknown[]>;
  return (await Promise.race([answers, gone]))[0];
}

async function ended(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.disconnect();
  await gone;
}
