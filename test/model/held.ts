/** Processes that hold Muster against the model, side by side. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';

const Told = z.object({ runs: z.int(), steps: z.int(), cpu_seconds: z.number(), reached: z.array(z.string()) });

/** So many runs, shared between two seeds: a process each. Throws the story of a run in which the two differ. */
export async function held({ runs, seeds }: { runs: number; seeds: [number, number] }) {
  const told = await Promise.all(seeds.map((seed) => ranBy(seed, Math.ceil(runs / seeds.length))));
  const sum = (of: 'runs' | 'steps' | 'cpu_seconds') => told.reduce((total, one) => total + one[of], 0);
  return {
    ...{ runs: sum('runs'), steps: sum('steps'), cpu_seconds: Math.round(sum('cpu_seconds')) },
    reached: new Set(told.flatMap(({ reached }) => reached)),
  };
}

/** Milliseconds of a run, on a machine that has much else to do. */
const longestRun = 200;

async function ranBy(seed: number, runs: number) {
  const program = new URL('run.ts', import.meta.url).pathname;
  const timeout = 60_000 + runs * longestRun;
  const told = ['--max-semi-space-size=32', program, String(seed), String(runs)]; // what a run leaves is young
  const { stdout } = await promisify(execFile)(process.execPath, told, { timeout });
  return Told.parse(JSON.parse(stdout));
}
