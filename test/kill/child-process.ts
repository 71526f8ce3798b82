/** A Muster on a folder, to which something is done; at its moment the process kills itself. Nothing is left of it but files. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startupSnapshot } from 'node:v8';
import { inProcessBells } from '../../shared/platform/bells/in-process.ts';
import { readConfig } from '../../shared/platform/config.ts';
import { openPlatform } from '../../shared/platform/open.ts';
import type { Bells } from '../../shared/platform/platform.ts';
import { openLog } from '../../shared/platform/telemetry/log.ts';
import { handClock } from '../world/clock.ts';
import { pointsOf } from '../world/points.ts';
import { seededRandom } from '../world/random.ts';
import { together, type Act, type Call, type Rung, type Stopping } from './acts.ts';
import { settingsOf } from './folder.ts';
import { engines, isOfEngine, type PlantName } from './plants.ts';
import { isOf, type Cell } from './steps.ts';

/** How a process is to live and to end. */
export interface Plan {
  seed: number;
  /** In milliseconds since 1970. */
  at: number;
  acts: readonly Act[];
  cell: Cell;
  nth: number;
  plant?: PlantName | undefined;
}

/** What it tells while it lives, a line each. */
export type Told = { act: number; heard: Pick<Call, 'heard' | 'answer'> } | { rung: Rung };

const config = readConfig(settingsOf('.')); // read once for all processes

async function live(folder: string): Promise<void> {
  const plan = JSON.parse(readFileSync(join(folder, 'plan'), 'utf8')) as Plan;
  const { acts, cell } = plan;
  const tell = (told: Told) => appendFileSync(join(folder, 'told'), `${JSON.stringify(told)}\n`);
  let left = plan.nth;
  const stop: Stopping = (moment, name) => {
    if (isOf(cell, moment, name) && --left === 0) die(folder);
    return undefined;
  };
  const platform = await open(folder, plan, { stop, ring: (rung) => tell({ rung }) });
  const hear = (call: Call) => {
    const { heard, answer } = call;
    tell({ act: acts.indexOf(call), heard: { heard, answer } });
  };
  await together(acts, { platform, stop, hear });
  throw new Error('it never came to its end');
}

async function open(
  folder: string,
  { seed, at, plant }: Plan,
  { stop, ring }: { stop: Stopping; ring: Bells['ring'] },
) {
  const [points, clock, log] = [pointsOf(stop), handClock(new Date(at)), openLog('silent', () => {})];
  const opened = await openPlatform(
    { ...config, MUSTER_DATA: folder },
    {
      ...{ clock, time: clock.database, random: seededRandom(seed), log },
      bells: { ...inProcessBells(clock, log), ring },
      engine: (real) => points.engine(isOfEngine(plant) ? engines[plant](real) : real),
    },
  );
  return points.platform(opened);
}

function die(folder: string): void {
  const { user, system } = process.cpuUsage();
  writeFileSync(join(folder, 'seconds'), String((user + system) / 1e6));
  process.kill(process.pid, 'SIGKILL');
}

startupSnapshot.setDeserializeMainFunction(() => void live(process.argv[1] ?? ''));
