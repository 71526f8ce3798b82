/** Opens Muster for a host, over the tables that every host mounts. */
import type { Config } from '../shared/platform/config.ts';
import { firstUse } from '../shared/platform/first-use.ts';
import { onAzureSql } from '../shared/platform/forms.ts';
import { openPlatform, type OpenPlatform } from '../shared/platform/open.ts';
import type { Platform } from '../shared/platform/platform.ts';
import { ringDueWork, voidStageLeases } from '../shared/road/ring-due-work.ts';
import type { Timer } from './timers.ts';

/**
 * Opens the platform and rings for what waits. A fault of that sweep keeps nobody out: it is logged, and the timer comes
 * again. Throws when the folder is taken.
 */
export async function openMuster(config: Config): Promise<OpenPlatform> {
  const platform = await openPlatform(config);
  try {
    if (!onAzureSql(config)) await voidStageLeases(platform); // the folder's lock proves that nobody else holds one
    await tick(platform, { name: 'ringDueWork', run: ringDueWork });
    return platform;
  } catch (error) {
    await platform.close(); // nobody else will know of it
    throw error;
  }
}

/** Lets bells wake the stages in this process; what rang before is heard now. The first ring loads them. */
export function connectStages(platform: Platform): void {
  const loaded = firstUse(() => import('./stages.ts'));
  platform.bells.answer(async ({ bell, id }) => (await loaded.use()).stages[bell].run(platform, id));
}

/** One run of a timer. What it throws is logged: it comes again. */
export const tick = (platform: Platform, { name, run }: Pick<Timer, 'name' | 'run'>): Promise<void> =>
  run(platform).catch((fault: unknown) =>
    platform.log.error({ err: fault, timer: name }, 'a timer failed; it comes again'),
  );
