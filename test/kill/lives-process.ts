/**
 * A process with some Musters, each on a folder of its own. One after the other they go their roads, and each stands
 * still for ever when it has come to its point; when the last has come to its own, the process kills itself.
 */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openTown } from './folder.ts';
import { Life, type Stopping, type Told } from './life.ts';
import { engines, isOfEngine } from './plants.ts';
import { roads } from './roads.ts';
import type { Plan } from './steps.ts';

/** A road that passes its point less often than every so many times does not pass it. */
const mostRounds = 12;

const forEver = new Promise<void>(() => {});

interface Dying {
  tell: (told: Told) => void;
  die: () => void;
}

/** Stands still at the point, and from then on at every other. */
function stopAt({ point, where, nth }: Plan, die: () => void): Stopping {
  let left = nth;
  return (at, name) => {
    if (left === 0) return forEver;
    const isIt = at === point && (name === where || point.endsWith('call'));
    if (!isIt || --left > 0) return undefined;
    die();
    return forEver;
  };
}

async function live(plan: Plan, { tell, die }: Dying): Promise<void> {
  const stop = stopAt(plan, die);
  const engine = isOfEngine(plan.plant) ? { engine: engines[plan.plant] } : {};
  const town = await openTown(plan.folder, { seed: plan.seed, stop, ...engine });
  const life = new Life({ town, seed: plan.seed, tell, stop });
  for (let round = 0; round < mostRounds; round++) await roads[plan.road](life);
  throw new Error(`the road never came to its point ${point(plan)}`);
}

const point = ({ point: at, where, nth }: Plan): string => `${at} of ${where}, ${nth}`;

/** Nothing of this process is left after it but files. */
function killMyself(file: string): void {
  const { user, system } = process.cpuUsage();
  writeFileSync(`${file}.seconds`, String((user + system) / 1e6));
  process.kill(process.pid, 'SIGKILL');
}

async function liveAll(file: string): Promise<void> {
  const plans = JSON.parse(readFileSync(file, 'utf8')) as Plan[];
  for (const plan of plans) {
    const tell = (told: Told) => appendFileSync(join(plan.folder, 'told'), `${JSON.stringify(told)}\n`);
    await new Promise<void>((resolve) => {
      const die = () => (plan === plans.at(-1) ? killMyself(file) : resolve());
      live(plan, { tell, die }).catch((error: unknown) => {
        tell({ at: 0, failed: error instanceof Error ? (error.stack ?? error.message) : String(error) });
        die();
      });
    });
  }
}

void liveAll(process.argv[2] ?? '');
