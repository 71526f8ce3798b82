/** Runs timers in this process. */
import { tick } from '../functions/muster.ts';
import type { Timer } from '../functions/timers.ts';
import type { Platform } from '../shared/platform/platform.ts';
import { everySlot } from './every-slot.ts';

/** Once a slot of their local schedules, where they have one. */
export function startTimers(platform: Platform, timers: readonly Timer[]): { stop(): Promise<void> } {
  const scheduled = timers.map((timer) => ({
    schedule: timer.local_schedule ?? timer.schedule,
    run: () => tick(platform, timer),
  }));
  return everySlot(scheduled, () => platform.clock.now());
}
