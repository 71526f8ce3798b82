/** Where lives end: folders as they stood just before, and what was done to them next. */
import { copyFileSync, cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Act, Call, Rung, Stopping } from './acts.ts';
import type { Open } from './folder.ts';
import { Life } from './life.ts';
import { roads } from './roads.ts';
import { isOf, type Cell, type Way } from './steps.ts';

/** A road that passes a point less often than every so many times does not pass it. */
const mostRounds = 12;

export const seedOf = ({ turn }: Way): number => turn * 7919 + 1;

interface Moment {
  at: Date;
  /** What callers had asked and heard. */
  calls: Call[];
  /** Which bells nobody had answered yet. */
  rung: Rung[];
  /** All that is done next, at once. */
  acts: readonly Act[];
}

export interface Scene extends Moment {
  folder: string;
  /** So often the point is passed from here on, the last time included. */
  nth: number;
}

interface Ground {
  /** What every road begins with. */
  first: string;
  /** For this one alone. */
  home: string;
  open: Open;
}

/** Goes the road until each of the cells has been passed as often as it should, and gives the scene in which it was. */
export async function scenesOn(way: Way, { first, home, open }: Ground): Promise<Map<Cell, Scene>> {
  const folder = join(home, 'road');
  cpSync(first, folder, { recursive: true });
  const camera = new Camera(folder, way);
  const seed = seedOf(way);
  const town = await open(folder, { seed, stop: camera.stop });
  const life: Life = new Life({
    ...{ town, seed, stop: camera.stop },
    around: (acts, run) => {
      const { rung, clock } = town.world;
      const calls = life.calls.slice(0, life.calls.length - acts.filter((act) => 'verb' in act).length);
      return camera.around({ at: new Date(clock.database()), calls, rung, acts }, run);
    },
  });
  try {
    for (const agent of town.beating) await town.beat(agent);
    for (let round = 0; round < mostRounds && camera.left.size > 0; round++) await roads[way.road](life);
  } finally {
    camera.close();
    await town.close();
  }
  const [never] = camera.left.keys();
  if (never !== undefined) throw new Error(`the road ${way.road} never came ${never.point} of ${never.where}`);
  return camera.scenes;
}

/** Takes down what is there before all that happens, and keeps that in which a cell was passed for the last time. */
class Camera {
  readonly scenes = new Map<Cell, Scene>();
  /** How often each is still to be passed. */
  readonly left: Map<Cell, number>;
  readonly #folder: string;
  readonly #database: DatabaseSync;
  #kept = 0;
  #now: (Omit<Scene, 'nth'> & { passed: Map<Cell, number> }) | undefined;

  constructor(folder: string, { cells, turn }: Way) {
    this.#folder = folder;
    this.#database = new DatabaseSync(join(folder, 'muster.db'));
    this.left = new Map(cells.map((cell) => [cell, 1 + (Math.floor(turn / 2) % 4)]));
  }

  around = async (moment: Moment, run: () => Promise<void>): Promise<void> => {
    const before = this.left.size;
    this.#now = { ...structuredClone(moment), folder: this.#copy(), passed: new Map() };
    await run();
    if (this.left.size < before) this.#kept++;
    this.#now = undefined;
  };

  /** In the place of the last copy, where that was not kept. */
  #copy(): string {
    const folder = `${this.#folder} ${this.#kept}`;
    mkdirSync(folder, { recursive: true });
    this.#database.exec('pragma wal_checkpoint(truncate)'); // then all is in the one file
    for (const file of ['muster.db', 'key']) copyFileSync(join(this.#folder, file), join(folder, file));
    return folder;
  }

  stop: Stopping = (moment, name) => {
    const now = this.#now;
    if (now === undefined) return undefined;
    for (const [cell, left] of this.left) {
      if (!isOf(cell, moment, name)) continue;
      const nth = (now.passed.get(cell) ?? 0) + 1;
      now.passed.set(cell, nth);
      this.left.set(cell, left - 1);
      if (left > 1) continue;
      this.left.delete(cell);
      this.scenes.set(cell, { ...now, nth });
    }
    return undefined;
  };

  close(): void {
    this.#database.close();
  }
}
