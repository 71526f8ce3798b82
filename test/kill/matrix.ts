/** Lives that end at their moments, each in a process that is killed; what is wrong with what they left behind. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan, Told } from './child-process.ts';
import { makeFolder, opener, type Open } from './folder.ts';
import { judge } from './judge.ts';
import { openLauncher, type Launcher } from './launcher.ts';
import { openOutside, type Outside } from './outside.ts';
import type { PlantName } from './plants.ts';
import { restart, type Past } from './restart.ts';
import { scenesOn, seedOf, type Scene } from './scenes.ts';
import { makeSnapshot } from './snapshot.ts';
import type { Cell, Way } from './steps.ts';

export interface Matrix {
  /** Goes the way and ends a life at each of its cells. Gives what is wrong, a line each. */
  complaintsOn(way: Way, plant?: PlantName): Promise<string[]>;
  /** Processes that were killed, and the processor seconds that all took, their own among them. */
  spent(): { killed: number; seconds: number };
  close(): Promise<void>;
}

/** A kill leaves to the system what was written, on a disk or not; of a disk only its slowness would be tried. */
const inMemory = '/dev/shm';

export async function openMatrix(): Promise<Matrix> {
  const before = process.cpuUsage();
  const home = mkdtempSync(join(existsSync(inMemory) ? inMemory : tmpdir(), 'muster-matrix-'));
  const [first, open, outside] = [join(home, 'first'), opener(), await openOutside()];
  outside.secret = await makeFolder(first, outside.url);
  const launcher = openLauncher(process.execPath, '--snapshot-blob', await makeSnapshot(home));
  const ground: Ground = { home, open, outside, launcher, killed: [] };
  return {
    complaintsOn: async (way, plant) => {
      const complaints: string[] = [];
      const here = mkdtempSync(join(home, 'way-'));
      for (const [cell, scene] of await scenesOn(way, { first, home: here, open })) {
        const lines = await complaintsAbout({ cell, scene, way, plant }, ground);
        complaints.push(...lines.map((line) => `${cell.point} of ${cell.where}, ${scene.nth}: ${line}`));
      }
      rmSync(here, { recursive: true });
      return complaints;
    },
    spent: () => {
      const { user, system } = process.cpuUsage(before);
      const killed = ground.killed.reduce((sum, seconds) => sum + seconds, 0);
      return { killed: ground.killed.length, seconds: Math.round((user + system) / 1e6 + killed) };
    },
    close: async () => {
      launcher.close();
      await outside.close();
      rmSync(home, { recursive: true });
    },
  };
}

interface Ground {
  home: string;
  open: Open;
  outside: Outside;
  launcher: Launcher;
  /** The processor seconds of each process. */
  killed: number[];
}

/** A life that ends in this scene at this cell. */
interface Ending {
  cell: Cell;
  scene: Scene;
  way: Way;
  plant: PlantName | undefined;
}

async function complaintsAbout(ending: Ending, ground: Ground): Promise<string[]> {
  const folder = join(ground.home, 'life');
  try {
    await liveAndDie(ending, folder, ground);
    const past = pastOf(ending, folder);
    const { complaints, calls } = await restart(past, ground.open);
    // Of asking again under another key only what was asked first is right.
    const known = ending.plant === 'asked again under another key' ? past.calls : calls;
    complaints.push(...(await judge(folder, known, ground.outside.given)));
    return complaints.slice(0, 5);
  } catch (error) {
    return [String(error)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function liveAndDie({ cell, scene, way, plant }: Ending, folder: string, ground: Ground): Promise<void> {
  const { at, acts, nth } = scene;
  const plan: Plan = { cell, nth, acts, plant, seed: seedOf(way) + 1_000_000, at: at.getTime() };
  cpSync(scene.folder, folder, { recursive: true });
  writeFileSync(join(folder, 'plan'), JSON.stringify(plan));
  await ground.launcher.liveAndDie(folder);
  ground.killed.push(Number(readFileSync(join(folder, 'seconds'), 'utf8')));
}

/** What callers have heard and which bells have rung, the last of it from the process that was killed. */
function pastOf({ scene, way, plant }: Ending, folder: string): Past {
  const lines = readFileSync(join(folder, 'told'), { encoding: 'utf8', flag: 'a+' }).split('\n').filter(Boolean);
  const told = lines.map((line) => JSON.parse(line) as Told);
  const heard = new Map(told.flatMap((line) => ('act' in line ? [[line.act, line.heard]] : [])));
  const last = scene.acts.flatMap((act, at) => ('verb' in act ? [{ ...act, ...heard.get(at) }] : []));
  const rung = [...scene.rung, ...told.flatMap((line) => ('rung' in line ? [line.rung] : []))];
  return {
    ...{ folder, plant, at: scene.at, seed: seedOf(way) + 2_000_000 },
    calls: [...scene.calls, ...last],
    rung: way.turn % 2 === 0 ? [] : rung, // in one process they die with it; in Service Bus they do not
  };
}
