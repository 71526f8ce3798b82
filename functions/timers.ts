/** What runs by the clock, in UTC. */
import type { Platform } from '../shared/platform/platform.ts';
import { rotateDataKeys } from '../shared/access/rotate-data-keys.ts';
import { dailyDigest } from '../shared/digest/daily.ts';
import { sealRecord } from '../shared/events/seal.ts';
import { recoverAgents } from '../shared/liveness/recover.ts';
import { dailyMaintenance } from '../shared/maintenance/run.ts';
import { ringDueWork } from '../shared/road/ring-due-work.ts';
import { fanOutEvents } from '../shared/webhooks/fan-out.ts';

export interface Timer {
  name: string;
  /** Six fields, seconds first, in UTC. */
  schedule: string;
  /** In one process a sweep costs next to nothing, so it may come more often. */
  local_schedule?: string;
  run: (platform: Platform) => Promise<void>;
}

/** In a span of a trace of its own. */
const ticking = (timer: Timer): Timer => ({
  ...timer,
  run: (platform) => platform.telemetry.span({ name: timer.name, parent: null }, () => timer.run(platform)),
});

export const timers: Timer[] = [
  { name: 'ringDueWork', schedule: '*/15 * * * * *', local_schedule: '* * * * * *', run: ringDueWork },
  { name: 'recoverAgents', schedule: '*/15 * * * * *', local_schedule: '*/5 * * * * *', run: recoverAgents },
  { name: 'fanOutEvents', schedule: '*/5 * * * * *', local_schedule: '* * * * * *', run: fanOutEvents },
  { name: 'dailyDigest', schedule: '0 */5 * * * *', run: dailyDigest },
  { name: 'rotateDataKeys', schedule: '0 30 2 * * *', run: rotateDataKeys },
  { name: 'dailyMaintenance', schedule: '0 */5 * * * *', run: dailyMaintenance },
  { name: 'sealRecord', schedule: '0 0 3 * * *', run: sealRecord },
].map(ticking);
