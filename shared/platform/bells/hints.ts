/** News inside one process: who waits on a topic is woken by the transaction that changes it. */
import type { Clock, Hints } from '../platform.ts';

const news = 'news';

export function openHints(clock: Clock): Hints {
  const waiters = new Map<string, Set<Wake>>();
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
      for (const set of waiters.values()) for (const wake of set) wake(0);
    },
    tell: (topic) => {
      told += 1;
      const listeners = waiters.get(topic);
      for (const wake of listeners ?? []) wake(listeners?.size ?? 0);
    },
    wait: async (topics, milliseconds, signal) => {
      const woken = new AbortController();
      let heardBy = 0;
      const wake = (listeners: number) => {
        heardBy ||= listeners;
        woken.abort(news); // without a reason, an error would be made each time
      };
      const stop = () => wake(0);
      for (const topic of topics) waiters.set(topic, (waiters.get(topic) ?? new Set()).add(wake));
      signal?.addEventListener('abort', stop); // AbortSignal.any costs many times as much
      if (closed || signal?.aborted === true) stop();
      await clock.sleep(milliseconds, woken.signal);
      signal?.removeEventListener('abort', stop);
      for (const topic of topics) forget(waiters, topic, wake);
      return heardBy;
    },
  };
}

/** Is told how many hear the same news. */
type Wake = (listeners: number) => void;

function forget(waiters: Map<string, Set<Wake>>, topic: string, wake: Wake): void {
  const set = waiters.get(topic);
  set?.delete(wake);
  if (set?.size === 0) waiters.delete(topic);
}
