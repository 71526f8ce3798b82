/** Lives that end at their points, in processes that are killed; what is wrong with what they left behind. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { bundle } from '../../local/build/bundle.ts';
import { root } from '../../local/build/app.ts';
import { makeFolder } from './folder.ts';
import { judge } from './judge.ts';
import { openOutside } from './outside.ts';
import { pastIn } from './calls.ts';
import { restart } from './restart.ts';
import type { Given } from './ledger.ts';
import type { Cell, Plan } from './steps.ts';
import type { PlantName } from './plants.ts';

export interface Matrix {
  /** Lives that end at each of the cells, at different moments of different roads. Gives what is wrong, a line each. */
  complaintsAbout(cells: readonly Cell[], lives: Lives): Promise<string[]>;
  /** Lives that have ended, and the processor seconds that it took, those of the processes that were killed among them. */
  spent(): { lives: number; seconds: number };
  close(): Promise<void>;
}

export interface Lives {
  /** At each cell. */
  count: number;
  /** So many share a process. */
  together: number;
  plant?: PlantName;
}

/** A kill leaves to the system what was written, on a disk or not; of a disk only its slowness would be tried. */
const inMemory = '/dev/shm';

export async function openMatrix(): Promise<Matrix> {
  const home = mkdtempSync(join(existsSync(inMemory) ? inMemory : tmpdir(), 'muster-matrix-'));
  await buildChild(home);
  const outside = await openOutside();
  outside.secret = await makeFolder(join(home, 'first'), outside.url);
  let made = 0;
  let killed = 0;
  const before = process.cpuUsage();
  const planned = (cell: Cell, seed: number, plant: PlantName | undefined): Plan => {
    const folder = join(home, String(++made));
    cpSync(join(home, 'first'), folder, { recursive: true });
    return {
      ...cell,
      folder,
      seed: seed * 7919 + cell.where.length,
      nth: 1 + (seed % 4),
      ...(plant === undefined ? {} : { plant }),
    };
  };
  return {
    complaintsAbout: async (cells, { count, together, plant }) => {
      const plans = cells.flatMap((cell) => Array.from({ length: count }, (_, seed) => planned(cell, seed, plant)));
      const complaints: string[] = [];
      for (let at = 0; at < plans.length; at += together) {
        const sharing = plans.slice(at, at + together);
        killed += await liveAndDie(home, sharing);
        for (const plan of sharing) complaints.push(...(await aftermath(plan, outside.given)));
      }
      return complaints;
    },
    spent: () => {
      const { user, system } = process.cpuUsage(before);
      return { lives: made, seconds: Math.round((user + system) / 1e6 + killed) };
    },
    close: async () => {
      await outside.close();
      rmSync(home, { recursive: true });
    },
  };
}

async function buildChild(home: string): Promise<void> {
  const entries = { child: 'test/kill/child-process.ts', lives: 'test/kill/lives-process.ts' };
  await bundle({ root, folder: home, entries });
  for (const file of globSync('shared/platform/database/sqlite/*.sql', { cwd: root })) {
    cpSync(join(root, file), join(home, basename(dirname(file)), basename(file)));
  }
}

/** Gives what the process took, in seconds. Throws where it ends otherwise than by being killed. */
async function liveAndDie(home: string, plans: readonly Plan[]): Promise<number> {
  const file = join(home, 'plans.json');
  writeFileSync(file, JSON.stringify(plans));
  const child = spawn(process.execPath, [join(home, 'child.cjs'), file], { stdio: ['ignore', 'inherit', 'inherit'] });
  const signal = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (_, by) => resolve(by));
  });
  if (signal !== 'SIGKILL') throw new Error('the process ended before it was killed');
  return Number(readFileSync(`${file}.seconds`, 'utf8'));
}

async function aftermath(plan: Plan, given: readonly Given[]): Promise<string[]> {
  const past = pastIn(plan.folder);
  const { road, where, point, nth, seed, folder } = plan;
  const named = (line: string) => `${point} of ${where} on the road ${road}, ${nth}, seed ${seed}: ${line}`;
  if (past.failed !== undefined) return [named(past.failed)];
  try {
    const { complaints, calls } = await restart(plan, past);
    // Of asking again under another key only what was asked first is right.
    const known = plan.plant === 'asked again under another key' ? past.calls : [...past.calls, ...calls];
    complaints.push(...(await judge(folder, known, given)));
    return complaints.slice(0, 5).map(named);
  } catch (error) {
    return [named(`started again, ${String(error)}`)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
