/** GET of a finished job beside an empty Hono route on the same kind of server, in turns. */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { clientOf } from '../local/client.ts';
import { startServer } from '../local/server.ts';
import { readConfig } from '../shared/platform/config.ts';
import { childJson, parameters } from './child.ts';
import { median } from './floor.ts';

interface Target {
  url: string;
  key: string;
}

/** Requests per second of each, medians of `rounds` rounds in turns, and their ratio. */
export async function routeShare(
  folder: string,
  rounds: number,
): Promise<{ jobs: number; empty: number; share: number }> {
  const server = await startServer(readConfig({ MUSTER_DATA: folder, PORT: '0', LOG_LEVEL: 'warn' }));
  const empty = await emptyServer();
  try {
    const job = await oneJob(server.url, server.admin_key ?? '');
    const answers = await childJson<{ jobs: number[]; empty: number[] }>('./routes.ts', {
      rounds,
      job,
      empty: { url: empty.url, key: job.key },
    });
    const shares = answers.jobs.map((rate, i) => rate / (answers.empty[i] ?? Number.NaN));
    return { jobs: median(answers.jobs), empty: median(answers.empty), share: median(shares) };
  } finally {
    await empty.stop();
    await server.stop();
  }
}

/** The empty route runs in the same process, so that both servers have the same core. */
const emptyServer = (): Promise<{ url: string; stop(): Promise<void> }> =>
  new Promise((resolve) => {
    const app = new Hono().get('/empty', (context) => context.json({}));
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
      resolve({ url: `http://127.0.0.1:${port}/empty`, stop: () => new Promise((done) => server.close(() => done())) }),
    );
  });

async function oneJob(url: string, admin_key: string): Promise<Target> {
  const admin = clientOf(url, admin_key);
  await admin.put('/v1/principals/reader', { kind: 'person', roles: ['reader', 'submitter'] });
  const { key } = await admin.post<{ key: string }>('/v1/principals/reader/keys');
  const definition = {
    job_name: 'read',
    job_description: 'A job that is only read',
    category: 'bench',
    primary_agent: 'nobody',
  };
  const { job_id } = await clientOf(url, key).post<{ job_id: string }>('/v1/deployment/jobs', definition);
  return { url: `${url}/api/v1/deployment/jobs/${job_id}`, key };
}

/** Requests per second with 16 connections, over about a second. */
async function rateOf({ url, key }: Target): Promise<number> {
  const until = performance.now() + 1000;
  let count = 0;
  const lane = async () => {
    while (performance.now() < until) {
      const answer = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
      await answer.arrayBuffer();
      if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`);
      count += 1;
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: 16 }, lane));
  return count / ((performance.now() - start) / 1000);
}

if (import.meta.main) {
  const { rounds, job, empty } = parameters<{ rounds: number; job: Target; empty: Target }>();
  const rates = { jobs: [] as number[], empty: [] as number[] };
  await rateOf(job);
  await rateOf(empty);
  for (let round = 0; round < rounds; round++) {
    rates.empty.push(await rateOf(empty));
    rates.jobs.push(await rateOf(job));
  }
  console.log(JSON.stringify(rates));
}
