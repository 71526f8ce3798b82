/** Long polls: look, and while there is nothing wait for news; nothing is held while waiting. */
import type { Platform } from '../platform.ts';

/** News may be missed, of another process or of a topic not yet known: then this is the delay. */
const usualPollMilliseconds = 2000;

type Near = Pick<Platform, 'clock' | 'hints'>;

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

/**
 * Looks until something is found or the time is over. News that comes during a look is not missed: whoever listens looks
 * once more, but for the first time, where nothing was told since the first look began. Who alone has heard news is told so
 * at the look that follows.
 */
export async function poll<T>(
  platform: Near,
  waiting: Waiting,
  look: (isAlone: boolean) => Promise<Look<T>>,
): Promise<T[]> {
  const { clock, hints } = platform;
  const end = clock.now().getTime() + waiting.wait_seconds * 1000;
  let seen: number | undefined = hints.told;
  let isAlone = false;
  let { found, topics } = await look(isAlone);
  while (found.length === 0 && !hints.closed && waiting.signal?.aborted !== true) {
    const left = end - clock.now().getTime();
    if (left <= 0) break;
    const listening = listen(platform, topics, {
      milliseconds: Math.min(left, waiting.poll_milliseconds ?? usualPollMilliseconds),
      ...waiting,
    });
    try {
      if (seen !== hints.told) ({ found, topics } = await look(isAlone));
      seen = undefined;
      if (found.length === 0) isAlone = (await listening.news) === 1;
    } finally {
      listening.stop();
    }
  }
  return found;
}

/** Stopped by hand too: AbortSignal.any costs many times as much. */
function listen(
  { hints }: Near,
  topics: string[],
  { milliseconds, signal }: { milliseconds: number; signal?: AbortSignal | undefined },
): { news: Promise<number>; stop: () => void } {
  const stopping = new AbortController();
  const stop = () => {
    signal?.removeEventListener('abort', stop);
    stopping.abort('over');
  };
  signal?.addEventListener('abort', stop);
  return { news: hints.wait(topics, milliseconds, stopping.signal), stop };
}
