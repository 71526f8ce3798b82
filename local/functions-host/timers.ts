/** Fires the app's timers by their schedules, in UTC, never one on top of itself. */
import { Cron } from 'croner';
import type { Call, Worker } from './worker.ts';

export const timerCall = (): Call => ({
  data: { json: JSON.stringify({ Schedule: { AdjustForDST: true }, ScheduleStatus: null, IsPastDue: false }) },
});

/** Gives what stops them. A run that fails is told to `failed`, and comes again. */
export function startTimers(worker: Worker, failed: (name: string, fault: unknown) => void): () => void {
  const jobs = worker.functions.flatMap(({ name, trigger }) => {
    if (trigger.type !== 'timerTrigger') return [];
    const fire = () => worker.invoke(name, timerCall()).catch((fault: unknown) => failed(name, fault));
    return [new Cron(trigger.schedule ?? '', { timezone: 'UTC', protect: true }, async () => void (await fire()))];
  });
  return () => {
    for (const job of jobs) job.stop();
  };
}
