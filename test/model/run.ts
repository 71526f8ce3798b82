/**
 * Holds Muster against the model of the road, in a process of its own, where nothing counts what is covered:
 * `node test/model/run.ts <seed> <runs>`. Prints what was done, and where they differ the story of it.
 */
import * as fc from 'fast-check';
import { openMuster } from './muster.ts';
import { runs, storyOf } from './runs.ts';

const [seed, numRuns] = process.argv.slice(2).map(Number);
const muster = await openMuster();
const found = await fc.check(runs(muster), { ...(seed === undefined ? {} : { seed }), numRuns: numRuns ?? 100 });
const { user, system } = process.cpuUsage();
if (found.failed) {
  process.stderr.write(`seed ${found.seed}, run ${found.numRuns}\n${storyOf(found)}\n`);
  process.exitCode = 1;
} else {
  const cpu_seconds = Math.round((user + system) / 1e5) / 10;
  const { steps, reached } = muster;
  process.stdout.write(JSON.stringify({ runs: found.numRuns, steps, cpu_seconds, reached: [...reached] }));
}
await muster.town.close();
