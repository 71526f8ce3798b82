/** Long polls: look, and while there is nothing wait for news; nothing is held while waiting. */
import type { Platform } from '../platform.ts';

/** News may be missed, of another process or of a topic not yet known: then this is the delay. */
const usualPollMilliseconds = 2000;

export interface Look<T> {
  found: T[];
  /** Where news would come from. */
  topics: string[];
}

export interface Waiting {
  /** 0: look once. */
  wait_seconds: number;
  /** How often to look although there was no news; 2000. */
  poll_milliseconds?: number;
  /** Ends the wait, such as when the caller has gone. */
  signal?: AbortSignal | undefined;
}

/** Looks until something is found or the time is over. News that comes during a look is not missed. */
export async function poll<T>(platform: Platform, waiting: Waiting, look: () => Promise<Look<T>>): Promise<T[]> {
  const end = platform.clock.now().getTime() + waiting.wait_seconds * 1000;
  let { found, topics } = await look();
  while (found.length === 0 && !platform.hints.closed && waiting.signal?.aborted !== true) {
    const left = end - platform.clock.now().getTime();
    if (left <= 0) break;
    const listening = listen(platform, topics, {
      milliseconds: Math.min(left, waiting.poll_milliseconds ?? usualPollMilliseconds),
      ...waiting,
    });
    try {
      ({ found, topics } = await look());
      if (found.length === 0) await listening.news;
    } finally {
      listening.stop();
    }
  }
  return found;
}

function listen(
  platform: Platform,
  topics: string[],
  { milliseconds, signal }: { milliseconds: number; signal?: AbortSignal | undefined },
): { news: Promise<void>; stop: () => void } {
  const stopping = new AbortController();
  const either = signal === undefined ? stopping.signal : AbortSignal.any([signal, stopping.signal]);
  return { news: platform.hints.wait(topics, milliseconds, either), stop: () => stopping.abort('over') };
}
