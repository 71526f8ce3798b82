/** The end of telemetry: what is left is sent, and a collector that does not answer holds nobody up. */
import type { Clock } from '../platform.ts';
import type { Log } from './log.ts';

const patienceMilliseconds = 3000;

/** Runs `shutdown`, for at most 3 s; what it throws is logged. */
export const closing =
  (shutdown: () => Promise<unknown>, { clock, log }: { clock: Clock; log: Log }) =>
  async (): Promise<void> => {
    const over = new AbortController();
    const shut = shutdown().catch((error: unknown) => log.warn({ err: error }, 'some telemetry was not sent'));
    await Promise.race([shut, clock.sleep(patienceMilliseconds, over.signal)]);
    over.abort('over');
  };
