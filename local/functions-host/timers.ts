/** Fires the app's timers by their schedules. */
import { systemClock } from '../../shared/platform/clock.ts';
import { everySlot } from '../every-slot.ts';
import type { Call, Worker } from './worker.ts';

export const timerCall = (): Call => ({
  data: { json: JSON.stringify({ Schedule: { AdjustForDST: true }, ScheduleStatus: null, IsPastDue: false }) },
});

/** A run that fails is told to `failed`, and comes again. */
export function startTimers(
  worker: Pick<Worker, 'functions' | 'invoke'>,
  failed: (name: string, fault: unknown) => void,
): { stop(): Promise<void> } {
  const timers = worker.functions.filter(({ trigger }) => trigger.type === 'timerTrigger');
  const scheduled = timers.map(({ name, trigger }) => ({
    schedule: trigger.schedule ?? '',
    run: () => worker.invoke(name, timerCall()).catch((fault: unknown) => failed(name, fault)),
  }));
  return everySlot(scheduled, () => systemClock.now());
}
