/**
 * `npm run replay -- FILE.csv [--url URL] [--key KEY] [--concurrency N] [--sequential] [--json]`: sends each row
 * of a token log through the whole road over HTTP, with agents that report the recorded usage.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkRecord } from '../shared/insights/check-record.ts';
import { readConfig } from '../shared/platform/config.ts';
import { recordOverHttp } from './record-http.ts';
import { drive, type Driven } from './replay/drive.ts';
import { reportOf } from './replay/report.ts';
import { readRows, type Row } from './replay/rows.ts';
import { openReplayTown } from './replay/town.ts';
import { startWorkers } from './replay/workers.ts';
import { startServer } from './server.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string' },
    key: { type: 'string', default: process.env['MUSTER_ADMIN_KEY'] ?? '' },
    concurrency: { type: 'string', default: '64' },
    sequential: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const [file] = positionals;
if (file === undefined) {
  console.error('Give the log: npm run replay -- FILE.csv');
  process.exit(2);
}

const rows = readRows(file);
const atOnce = values.sequential ? 1 : Number(values.concurrency);
const folder = mkdtempSync(join(tmpdir(), 'muster-replay-'));
const server =
  values.url === undefined
    ? await startServer(readConfig({ MUSTER_DATA: folder, PORT: '0', LOG_LEVEL: 'warn' }))
    : undefined;
const url = server?.url ?? values.url ?? '';
const admin_key = server?.admin_key ?? values.key;

const town = await openReplayTown({ url, admin_key, rows });
const workers = startWorkers(town, rows, 10);
const start = performance.now();
const driven = await driveAll(rows);
const report = reportOf(driven, (performance.now() - start) / 1000);
await workers.stop();
await town.ends.stop();
const record = await checkRecord(await recordOverHttp({ url, key: admin_key, trusted: undefined }));
console.log(values.json ? JSON.stringify({ ...report, record }, null, 2) : text());
process.exitCode = record.bad === null && driven.length === rows.length ? 0 : 1;
await server?.stop();
rmSync(folder, { recursive: true, force: true });

/** So many at a time, in the order of the log. */
async function driveAll(all: Row[]): Promise<Driven[]> {
  const run = `replay-${process.pid}-${Date.now()}`;
  const done: Driven[] = [];
  const waiting = all.values();
  const lane = async () => {
    for (const row of waiting) done.push(await drive(town, row, run));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return done;
}

function text(): string {
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
