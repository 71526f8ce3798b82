/** Runs the timers of functions/timers.ts in this process, never one on top of itself. */
import { Cron } from 'croner';
import { tick } from '../functions/muster.ts';
import { timers } from '../functions/timers.ts';
import type { Platform } from '../shared/platform/platform.ts';

export function startTimers(platform: Platform): { stop(): Promise<void> } {
  const running = new Set<Promise<void>>();
  const jobs = timers.map((timer) => {
    const run = async () => {
      const ended = tick(platform, timer);
      running.add(ended);
      await ended;
      running.delete(ended);
    };
    const { schedule, local_schedule = schedule } = timer;
    return new Cron(local_schedule, { timezone: 'UTC', protect: true, unref: true }, run);
  });
  return {
    stop: async () => {
      for (const job of jobs) job.stop();
      await Promise.all(running);
    },
  };
}
