/** Runs timers in this process: one run a slot, in UTC, never one on top of itself. */
import { Cron } from 'croner';
import { tick } from '../functions/muster.ts';
import type { Timer } from '../functions/timers.ts';
import type { Clock, Platform } from '../shared/platform/platform.ts';

export function startTimers(platform: Platform, timers: readonly Timer[]): { stop(): Promise<void> } {
  const running = new Set<Promise<void>>();
  const jobs = timers.map((timer) => {
    let last: number | undefined;
    const run = async (job: Cron) => {
      const slot = slotOf(job, platform.clock);
      if (slot === last) return; // a clock that was put back comes to it again
      last = slot;
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

/** The newest time of its schedule, that of this very moment among them. */
function slotOf(job: Cron, clock: Clock): number | undefined {
  const justAfter = new Date(clock.now().getTime() + 1);
  return job.previousRuns(1, justAfter)[0]?.getTime();
}
