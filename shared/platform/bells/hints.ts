/** News inside one process: who waits on a topic is woken by the commit that changed it. */
import type { Clock, Hints } from '../platform.ts';

const news = 'news';

export function openHints(clock: Clock): Hints {
  const waiters = new Map<string, Set<() => void>>();
  let closed = false;
  let told = 0;
  return {
    get told() {
      return told;
    },
    get closed() {
      return closed;
    },
    close: () => {
      closed = true;
      for (const set of waiters.values()) for (const wake of set) wake();
    },
    tell: (topic) => {
      told += 1;
      for (const wake of waiters.get(topic) ?? []) wake();
    },
    wait: async (topics, milliseconds, signal) => {
      const woken = new AbortController();
      const wake = () => woken.abort(news); // without a reason, an error would be made each time
      for (const topic of topics) waiters.set(topic, (waiters.get(topic) ?? new Set()).add(wake));
      signal?.addEventListener('abort', wake); // AbortSignal.any costs many times as much
      if (closed || signal?.aborted === true) wake();
      await clock.sleep(milliseconds, woken.signal);
      signal?.removeEventListener('abort', wake);
      for (const topic of topics) forget(waiters, topic, wake);
    },
  };
}

function forget(waiters: Map<string, Set<() => void>>, topic: string, wake: () => void): void {
  const set = waiters.get(topic);
  set?.delete(wake);
  if (set?.size === 0) waiters.delete(topic);
}
