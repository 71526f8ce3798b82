/** The ground with its town, made by the real verbs of a Muster that nothing disturbs. */
import { openPlatform } from '../../shared/platform/open.ts';
import { openLog } from '../../shared/platform/telemetry/log.ts';
import type { Bells } from '../../shared/platform/platform.ts';
import type { Promised } from '../promises/promised.ts';
import { handClock } from '../world/clock.ts';
import { seededRandom } from '../world/random.ts';
import { Ground } from './ground.ts';
import { configOf, mannerOf } from './manner.ts';
import { chanceOf } from './chance.ts';
import { settleTown } from './town.ts';

const day = new Date('2026-02-20T09:00:00.000Z');

/** Watchers see nothing of how the town was settled. */
export async function openGround(promised: readonly Promised[]): Promise<Ground> {
  const ground = new Ground();
  const clock = handClock(day);
  ground.time = clock.database;
  const platform = await openPlatform(configOf(mannerOf(chanceOf(0, 'town'))), {
    ...{ clock, time: clock.database, standing: ground.connection, random: seededRandom(0), bells: unheard },
    log: openLog('warn', (line) => {
      throw new Error(`the town could not be settled: ${line}`);
    }),
  });
  await settleTown(platform);
  ground.keep(promised.flatMap(({ watch = [] }) => watch));
  return ground;
}

const unheard: Bells = {
  ring: () => {},
  answer: () => {},
  drain: async () => {},
  check: async () => 'nobody hears them',
  backlog: async () => ({ waiting: 0, oldest_seconds: 0 }),
};
