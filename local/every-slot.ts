/** Runs work by schedules in this process: one run a slot, in UTC, never one on top of itself. */
import { Cron } from 'croner';

export interface Scheduled {
  /** Five or six fields, as cron knows them. */
  schedule: string;
  /** Must not reject. */
  run(): Promise<unknown>;
}

/** Until it is stopped, which waits for what runs. Alone it keeps no process alive. */
export function everySlot(scheduled: readonly Scheduled[], now: () => Date): { stop(): Promise<void> } {
  const running = new Set<Promise<unknown>>();
  const jobs = scheduled.map(({ schedule, run }) => {
    let last: number | undefined;
    const runOnce = async (job: Cron) => {
      const slot = slotOf(job, now());
      if (slot !== undefined && slot === last) return; // a clock that was put back comes to it again
      last = slot;
      const ended = run();
      running.add(ended);
      await ended;
      running.delete(ended);
    };
    return new Cron(schedule, { timezone: 'UTC', protect: true, unref: true }, runOnce);
  });
  return {
    stop: async () => {
      for (const job of jobs) job.stop();
      await Promise.all(running);
    },
  };
}

/** The newest time of its schedule, that of this very moment among them. */
const slotOf = (job: Cron, at: Date): number | undefined =>
  job.previousRuns(1, new Date(at.getTime() + 1))[0]?.getTime();
