/**
 * `npm run bench:cold-start [-- --json] [-- --rounds N]`: from the start of a process to its first answer, for
 * Muster as it is deployed and for an empty function, in turns on the same stand-in for the host. Read the ratios.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeApps, type Apps } from './cold-start/apps.ts';
import { median } from './floor.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '21' } },
});
const say = (line: string) => (values.json ? console.error(line) : console.log(line));

interface Case {
  app: keyof Omit<Apps, 'asking'>;
  question: readonly [name: string, path: string];
  /** Whether the compile cache that was packaged is used. */
  cached: boolean;
  env?: Record<string, string>;
  /** The most that it may cost, as a multiple of the empty function with its cache. */
  limit?: number;
}

const liveness = ['getLiveness', '/api/health/live'] as const;
const readiness = ['getReadiness', '/api/health/ready'] as const;
const jobs = ['listJobs', '/api/v1/deployment/jobs'] as const;
const yardstick = 'an empty function';
const key = `mk.key_admin.${'a'.repeat(43)}`;

const casesIn = (data: string): Record<string, Case> => {
  const file = { MUSTER_DATA: data, MUSTER_ADMIN_KEY: key, LOG_LEVEL: 'warn' };
  return {
    [yardstick]: { app: 'empty', question: liveness, cached: true },
    'the same without its cache': { app: 'empty', question: liveness, cached: false },
    'Muster, liveness': { app: 'muster', question: liveness, cached: true, limit: 2 },
    'the same with five times the operations': { app: 'many', question: liveness, cached: true, limit: 2 },
    'the same without cache': { app: 'muster', question: liveness, cached: false },
    'Muster with SQLite, readiness': { app: 'muster', question: readiness, cached: true, env: file, limit: 2.8 },
    'Muster with SQLite, a caller lists jobs': {
      app: 'muster',
      question: jobs,
      cached: true,
      env: { ...file, KEY: key },
      limit: 2.8,
    },
    'Muster with a new database, readiness': {
      app: 'muster',
      question: readiness,
      cached: true,
      env: { ...file, MUSTER_DATA: ':memory:' },
    },
    'Muster with SQLite, readiness, without cache': { app: 'muster', question: readiness, cached: false, env: file },
  };
};

/** Milliseconds from the start of the process to the first byte it writes. */
function firstAnswer({ app, question, cached, env = {} }: Case, apps: Apps): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const start = process.hrtime.bigint();
  const child = spawn(process.execPath, [apps.asking, apps[app], ...question], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...env, ...(cached ? {} : { NODE_DISABLE_COMPILE_CACHE: '1' }) },
  });
  let milliseconds = Number.NaN;
  child.stdout.once('data', () => (milliseconds = Number(process.hrtime.bigint() - start) / 1e6));
  child.once('exit', (code) => (code === 0 ? resolve(milliseconds) : reject(new Error(`${question[0]} failed`))));
  return promise;
}

const folder = mkdtempSync(join(tmpdir(), 'muster-cold-'));
try {
  const cases = Object.entries(casesIn(join(folder, 'data')));
  const apps = await makeApps(folder);
  const times = new Map<string, number[]>(cases.map(([name]) => [name, []]));
  for (const [, each] of cases) await firstAnswer(each, apps); // makes the database, and warms the disk
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, each] of cases) times.get(name)?.push(await firstAnswer(each, apps));
  }
  process.exitCode = report(cases, times) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Each as a multiple of the empty function in the same round, the median of all rounds. Gives whether all is well. */
function report(cases: [string, Case][], times: ReadonlyMap<string, number[]>): boolean {
  const empty = times.get(yardstick) ?? [];
  const ratios: Record<string, number> = {};
  let well = true;
  for (const [name, { limit }] of cases) {
    const own = times.get(name) ?? [];
    const ratio = median(own.map((time, round) => time / (empty[round] ?? Number.NaN)));
    ratios[name] = ratio;
    if (limit !== undefined && !(ratio <= limit)) well = false;
    const bound = limit === undefined ? '' : ` (at most ${limit.toFixed(1)})`;
    say(`${name.padEnd(46)} ${median(own).toFixed(0).padStart(5)} ms  ${ratio.toFixed(2)}${bound}`);
  }
  if (values.json) console.log(JSON.stringify({ ratios }));
  return well;
}
