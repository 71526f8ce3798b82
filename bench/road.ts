/**
 * `npm run bench [-- --json] [-- --quick]`: the whole road on the embedded default with full fsync, as shares of
 * what the same disk does in plain autocommits in the same run. These machines are noisy: read the ratios.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { driveMany, type Speed } from './drive.ts';
import { openEmbedded } from './embedded.ts';
import { autocommitsPerSecond, median } from './floor.ts';
import { httpSpeed } from './http.ts';
import { memoryAfter } from './memory.ts';
import { routeShare } from './routes.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
});
const scale = values.quick ? 0.2 : 1;
const say = (line: string) => (values.json ? console.error(line) : console.log(line));

const folder = mkdtempSync(join(tmpdir(), 'muster-bench-'));
try {
  const { ratios, failed } = await measure();
  if (values.json) console.log(JSON.stringify({ ratios }));
  process.exitCode = failed ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure() {
  const floor = median([1, 1, 1].map((seconds) => autocommitsPerSecond(folder, seconds)));
  say(`plain SQLite autocommits with full fsync: ${floor.toFixed(0)}/s\n`);
  const muster = await openEmbedded(join(folder, 'process'));
  await driveMany(muster, { count: 200, inFlight: 16 }); // warm up
  muster.counts.clear();
  const many = await driveMany(muster, { count: 3000 * scale, inFlight: 64 });
  const transactions = perJob(muster.counts, 3000 * scale);
  const alone = await driveMany(muster, { count: 300 * scale, inFlight: 1 });
  await muster.platform.close();
  const http = await httpSpeed(join(folder, 'http'), { count: 2000 * scale, inFlight: 64 });
  const route = await routeShare(join(folder, 'routes'), values.quick ? 3 : 7);
  const after = median([1, 1, 1].map((seconds) => autocommitsPerSecond(folder, seconds)));
  const rate = (floor + after) / 2;
  const ratios = {
    'verbs, 64 in flight': many.jobs_per_second / rate,
    'verbs, alone': alone.jobs_per_second / rate,
    'http, 64 in flight': http.jobs_per_second / rate,
    'GET job of an empty route': route.share,
  };
  report('verbs in process, 64 in flight', many, { rate, target: 0.2 });
  report('verbs in process, alone', alone, { rate, target: 0.04 });
  report('over HTTP, 64 in flight', http, { rate, target: 0.06 });
  say(
    `GET job: ${route.jobs.toFixed(0)}/s, ${route.share.toFixed(2)} of an empty route (${route.empty.toFixed(0)}/s); to reach 0.4`,
  );
  say(`transactions a job: ${transactions.total.toFixed(2)} (at most 12): ${transactions.words}`);
  if (!values.quick) await memory();
  return { ratios, failed: transactions.total > 12 };
}

function report(
  name: string,
  { jobs_per_second, p50_ms, p99_ms }: Speed,
  { rate, target }: { rate: number; target: number },
): void {
  const share = jobs_per_second / rate;
  say(
    `${name}: ${jobs_per_second.toFixed(0)} jobs/s, p50 ${p50_ms.toFixed(1)} ms, p99 ${p99_ms.toFixed(1)} ms; ${share.toFixed(3)} of the autocommit rate, to reach ${target}`,
  );
}

function perJob(counts: ReadonlyMap<string, number>, jobs: number) {
  const names = [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${(count / jobs).toFixed(2)}`);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0) / jobs;
  return { total, words: names.join(', ') };
}

async function memory(): Promise<void> {
  const { after_10k, after_20k } = await memoryAfter(join(folder, 'memory'));
  say(
    `memory after 10,000 jobs: ${after_10k.toFixed(0)} MB (at most 200); after 20,000: ${after_20k.toFixed(0)} MB, ${((after_20k / after_10k - 1) * 100).toFixed(1)} % more (at most 5 %)`,
  );
}
