/** kill -9 of the server at random moments: what was acknowledged comes to an end all the same. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { patientClient } from '../../local/client.ts';
import { recordInFile } from '../../local/record-file.ts';
import { drive, type Driven } from '../../local/replay/drive.ts';
import { generatedLog, seeded } from '../../local/replay/generated.ts';
import { rowsIn, type Row } from '../../local/replay/rows.ts';
import { openReplayTown, type ReplayTown } from '../../local/replay/town.ts';
import { startWorkers } from '../../local/replay/workers.ts';
import { checkRecord } from '../../shared/insights/check-record.ts';

const seed = 20_260_301;
const kills = 20;
const memory = { name: 'memory', resource_type: 'memory', unit: 'GB' };
/** Each job holds a share of what only so many can have at a time. */
const needs = { required_resources: [{ resource_type: 'memory', amount: 10, unit: 'GB' }] };
const heartbeatSeconds = 0.4;
const adminKey = `mk.key_admin.${'a'.repeat(43)}`;

test(
  'every acknowledged job of 300 reaches an end though the server is killed twenty times',
  { timeout: 240_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'muster-kill-'));
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    await leaveCompiled(folder, port);
    let server = start(folder, port);
    let killed = 0;
    let killing = Promise.resolve();
    onTestFinished(() => {
      killed = kills; // also when its time is over: nobody starts another
      return killHard(server);
    });
    try {
      await answers(url);
      const rows = rowsIn(generatedLog(300, seed));
      const town = { ...(await openReplayTown({ url, admin_key: adminKey, rows })), also: needs };
      await patientClient(url, adminKey, 10).post('/v1/deployment/resources/register', { ...memory, capacity: 100 });
      const workers = startWorkers(town, rows, heartbeatSeconds / 2);
      const random = seeded(seed);
      killing = (async () => {
        for (; killed < kills; killed++) {
          await pause(100 + 700 * random());
          await killHard(server);
          server = start(folder, port);
          await answers(url); // however slow the machine: a server that never gets to work would prove nothing
        }
      })();
      const driven = await driveSlowly(town, rows, () => killed < kills);
      await killing;
      await workers.stop();
      await town.ends.stop();
      expect(killed).toBe(kills);
      expect(driven.map(({ job }) => job.state).filter((state) => state !== 'succeeded' && state !== 'failed')).toEqual(
        [],
      );
      expect(new Set(driven.map(({ job }) => job.job_id)).size).toBe(300);
      await nothingIsHeld(url);
    } finally {
      killed = kills; // also where something failed
      await killing;
      await killHard(server);
    }
    const report = await checkRecord(await recordInFile(folder));
    expect(report.bad).toBeNull();
    rmSync(folder, { recursive: true, force: true });
  },
);

/** Keeps some rows for as long as the killing goes on, so that every kill meets work. */
async function driveSlowly(town: ReplayTown, rows: Row[], killing: () => boolean): Promise<Driven[]> {
  const done: Driven[] = [];
  const waiting = rows.values();
  const lane = async () => {
    for (const row of waiting) {
      if (killing()) await pause(700);
      done.push(await drive(town, row, 'kill'));
    }
  };
  await Promise.all(Array.from({ length: 12 }, lane));
  return done;
}

async function nothingIsHeld(url: string): Promise<void> {
  const admin = patientClient(url, adminKey, 10);
  const { items } = await admin.get<{ items: { reserved_usd: number }[] }>('/v1/deployment/budgets');
  expect(items.map(({ reserved_usd }) => reserved_usd)).toEqual(items.map(() => 0));
  const held = await admin.get<{ items: { allocated: number }[] }>('/v1/deployment/resources');
  expect(held.items.map(({ allocated }) => allocated)).toEqual([0]);
}

function start(folder: string, port: number): ChildProcess {
  const file = fileURLToPath(new URL('../../local/start.ts', import.meta.url));
  const settings = {
    MUSTER_DATA: folder,
    PORT: String(port),
    MUSTER_ADMIN_KEY: adminKey,
    AGENT_HEARTBEAT_INTERVAL: `${heartbeatSeconds}s`,
    LOG_LEVEL: 'error',
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  };
  return spawn(process.execPath, [file], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** A server that ends in peace leaves what it has compiled to the others, who never do. */
async function leaveCompiled(folder: string, port: number): Promise<void> {
  const first = start(folder, port);
  try {
    await answers(`http://127.0.0.1:${port}`);
  } finally {
    await end(first, 'SIGTERM');
  }
}

const killHard = (server: ChildProcess): Promise<void> => end(server, 'SIGKILL');

async function end(server: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill(signal);
  await gone;
}

/** Waits until the server takes requests; throws after half a minute. */
async function answers(url: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const answer = await fetch(`${url}/api/health/live`).catch(() => undefined); // not yet listening
    if (answer?.ok === true) return;
    await pause(50);
  }
  throw new Error('the server was started and never answered');
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
