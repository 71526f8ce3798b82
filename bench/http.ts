/** The whole road over HTTP: the server in one process, its callers in another. */
import { parameters, childJson } from './child.ts';
import { startServer } from '../local/server.ts';
import { readConfig } from '../shared/platform/config.ts';
import { startWorkers } from '../local/replay/workers.ts';
import { openReplayTown } from '../local/replay/town.ts';
import { drive } from '../local/replay/drive.ts';
import type { Row } from '../local/replay/rows.ts';
import type { Speed } from './drive.ts';
import { percentile } from './floor.ts';

interface Load {
  count: number;
  inFlight: number;
}

export async function httpSpeed(folder: string, load: Load): Promise<Speed> {
  const server = await startServer(
    readConfig({ MUSTER_DATA: folder, PORT: '0', LOG_LEVEL: 'warn', MONTHLY_BUDGET_USD: '100000' }),
  );
  try {
    return await childJson<Speed>('./http.ts', { ...load, url: server.url, admin_key: server.admin_key });
  } finally {
    await server.stop();
  }
}

const row = (seq: number): Row => ({
  seq,
  job_name: 'measured',
  category: 'bench',
  agent: 'worker',
  model: undefined,
  input_tokens: 900,
  cached_tokens: 0,
  output_tokens: 100,
  succeeded: true,
});

if (import.meta.main) {
  const { count, inFlight, url, admin_key } = parameters<Load & { url: string; admin_key: string }>();
  const rows = Array.from({ length: count + 100 }, (_, seq) => row(seq));
  const town = await openReplayTown({ url, admin_key, rows });
  const workers = startWorkers(town, rows, 10);
  const waiting = rows.values();
  const lanes = (wanted: number, times: number[]) =>
    Promise.all(
      Array.from({ length: inFlight }, async () => {
        while (times.length < wanted) {
          const next = waiting.next().value;
          if (next === undefined) return;
          times.push((await drive(town, next, 'bench')).seconds * 1000);
        }
      }),
    );
  await lanes(30, []); // warm up
  const times: number[] = [];
  const start = performance.now();
  await lanes(count, times);
  const jobs_per_second = times.length / ((performance.now() - start) / 1000);
  await workers.stop();
  await town.ends.stop();
  console.log(JSON.stringify({ jobs_per_second, p50_ms: percentile(times, 0.5), p99_ms: percentile(times, 0.99) }));
}
