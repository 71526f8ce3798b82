/** Who wants to know that a job has ended asks here; one long poll of the change feed serves them all. */
import type { Client } from '../client.ts';

interface Page {
  items: { stream: string; data: { to?: string } }[];
  after: number;
}

export interface Ends {
  /** Resolves when the job has come to its end, also when it has already. */
  of(job_id: string): Promise<void>;
  stop(): Promise<void>;
}

export const endStates: ReadonlySet<string> = new Set([
  'succeeded',
  'failed',
  'rejected',
  'expired',
  'cancelled',
  'rolled_back',
]);

/** Between two looks, so that a page holds more than one event. */
const pauseMilliseconds = 20;

export function followEnds(reader: Client): Ends {
  const waiters = new Map<string, PromiseWithResolvers<void>>();
  const waiterOf = (job_id: string) => {
    const known = waiters.get(job_id) ?? Promise.withResolvers<void>();
    waiters.set(job_id, known);
    return known;
  };
  const stopping = new AbortController();
  const following = (async () => {
    for (let after = 0; !stopping.signal.aborted;) {
      const page = await reader.get<Page>(`/v1/events?after=${after}&wait_seconds=1&limit=1000`);
      for (const { stream, data } of page.items) if (endStates.has(data.to ?? '')) waiterOf(stream).resolve();
      after = page.after;
      await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
    }
  })();
  return {
    of: (job_id) => waiterOf(job_id).promise,
    stop: () => {
      stopping.abort();
      return following;
    },
  };
}
