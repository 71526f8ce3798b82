/**
 * `npm run replay -- FILE.csv [--url URL] [--key KEY] [--concurrency N] [--sequential] [--json]`: sends each row
 * of a token log through the whole road over HTTP, with agents that report the recorded usage. `--rows N [--seed S]`
 * in the place of the file makes a log up.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkRecord } from '../shared/insights/check-record.ts';
import { readConfig } from '../shared/platform/config.ts';
import { busSettings } from './bus-settings.ts';
import { recordOverHttp } from './record-http.ts';
import { drive, type Driven } from './replay/drive.ts';
import { logOf } from './replay/log.ts';
import { reportOf } from './replay/report.ts';
import type { Row } from './replay/rows.ts';
import { openReplayTown, type ReplayTown } from './replay/town.ts';
import { startWorkers } from './replay/workers.ts';
import { startServer } from './server.ts';

const options = {
  url: { type: 'string' },
  key: { type: 'string', default: process.env['MUSTER_ADMIN_KEY'] ?? '' },
  concurrency: { type: 'string', default: '64' },
  sequential: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  rows: { type: 'string' },
  seed: { type: 'string', default: '1' },
} as const;

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1); // agents of a replay that has failed would go on trying
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const atOnce = values.sequential ? 1 : Number(values.concurrency);
  if (!Number.isInteger(atOnce) || atOnce < 1) throw new Error('--concurrency takes a whole number, at least 1');
  const rows = logOf({ file: positionals[0], ...values });
  await using server = await serverFor(values);
  const { report, record } = await replay({ ...server, rows, atOnce });
  console.log(values.json ? JSON.stringify({ ...report, record }, null, 2) : text({ report, record, atOnce }));
  process.exitCode = record.bad === null && report.jobs === rows.length ? 0 : 1;
}

interface Target extends AsyncDisposable {
  url: string;
  admin_key: string;
}

/** The server that was named, or one of its own on a temporary folder that goes with it. */
async function serverFor({ url, key }: { url?: string; key: string }): Promise<Target> {
  if (url !== undefined) return { url, admin_key: key, [Symbol.asyncDispose]: async () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'muster-replay-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeFolder); // also when it is interrupted
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const server = await startServer(
    readConfig({ ...busSettings(process.env), MUSTER_DATA: folder, PORT: '0', LOG_LEVEL: 'warn' }),
  );
  return { url: server.url, admin_key: server.admin_key ?? '', [Symbol.asyncDispose]: () => server.stop() };
}

type Replayed = { report: ReturnType<typeof reportOf>; record: Awaited<ReturnType<typeof checkRecord>> };

async function replay(to: { url: string; admin_key: string; rows: Row[]; atOnce: number }): Promise<Replayed> {
  const town = await openReplayTown(to);
  const workers = startWorkers(town, to.rows, 10);
  const start = performance.now();
  const driven = await driveAll(town, to.rows, to.atOnce);
  const report = reportOf(driven, (performance.now() - start) / 1000);
  await workers.stop();
  await town.ends.stop();
  return {
    report,
    record: await checkRecord(await recordOverHttp({ url: to.url, key: to.admin_key, trusted: [] })),
  };
}

/** So many at a time, in the order of the log. */
async function driveAll(town: ReplayTown, all: Row[], atOnce: number): Promise<Driven[]> {
  const run = `replay-${process.pid}-${Date.now()}`;
  const done: Driven[] = [];
  const waiting = all.values();
  const lane = async () => {
    for (const row of waiting) done.push(await drive(town, row, run));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return done;
}

function text({ report, record, atOnce }: Replayed & { atOnce: number }): string {
  const number = (value: number | null) =>
    value === null ? '-' : value.toFixed(Number.isInteger(value) || value >= 10 ? 0 : 3);
  const stages = Object.entries(report.milliseconds).map(
    ([name, { p50, p95, p99 }]) =>
      `  ${name.padEnd(24)} p50 ${number(p50)} ms, p95 ${number(p95)} ms, p99 ${number(p99)} ms`,
  );
  const figures = Object.entries(report.estimates).map(([name, value]) => `  ${name.padEnd(32)} ${number(value)}`);
  const states = Object.entries(report.states)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ');
  const whole =
    record.bad === null ? 'whole' : `broken at ${record.bad.stream} ${record.bad.number}: ${record.bad.what}`;
  return [
    `${report.jobs} jobs (${states}), ${report.jobs_per_second.toFixed(0)} jobs/s with ${atOnce} at a time`,
    ...stages,
    'estimates against the log',
    ...figures,
    `record: ${record.events} events in ${record.streams} streams, ${whole}`,
  ].join('\n');
}
