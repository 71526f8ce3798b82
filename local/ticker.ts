/** Runs the timers of functions/timers.ts in this process, never one on top of itself. */
import { Cron } from 'croner';
import { timers } from '../functions/timers.ts';
import type { Platform } from '../shared/platform/platform.ts';

export function startTimers(platform: Platform): { stop(): Promise<void> } {
  const running = new Set<Promise<void>>();
  const jobs = timers.map(({ name, schedule, local_schedule, run }) => {
    const tick = async () => {
      const ended = run(platform).catch((fault: unknown) =>
        platform.log.error({ err: fault, timer: name }, 'a timer failed; it comes again'),
      );
      running.add(ended);
      await ended;
      running.delete(ended);
    };
    return new Cron(local_schedule ?? schedule, { timezone: 'UTC', protect: true, unref: true }, tick);
  });
  return {
    stop: async () => {
      for (const job of jobs) job.stop();
      await Promise.all(running);
    },
  };
}
