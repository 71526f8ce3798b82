/** Bells of a single process: the same ring waiting twice is one, and a few stages run at a time. */
import type { Bells, Clock, Ring } from '../platform.ts';
import type { Log } from '../telemetry/log.ts';
import { answering, type Answer } from './answering.ts';

/** Stages wait mostly for the database, which groups what waits; more than this only takes memory. */
const stagesAtOnce = 128;

/** Takes all there is at each run: what rings during a run is heard once more after it. */
const takesAll = 'learn';

export function inProcessBells(clock: Clock, log: Log): Bells {
  const waiting = new Map<string, { ring: Ring; since: number }>();
  const running = new Set<Promise<void>>();
  /** Keys of {@link takesAll} that run. */
  const busy = new Set<string>();
  const closing = new AbortController();
  let handler: Answer | undefined;

  const start = (key: string, ring: Ring, answer: Answer) => {
    waiting.delete(key);
    if (ring.bell === takesAll) busy.add(key);
    const stage = answer(ring).finally(() => {
      running.delete(stage);
      busy.delete(key);
      next();
    });
    running.add(stage);
  };
  const next = () => {
    for (const [key, { ring }] of waiting) {
      if (handler === undefined || closing.signal.aborted || running.size >= stagesAtOnce) return;
      if (!busy.has(key)) start(key, ring, handler);
    }
  };
  const add = (ring: Ring) => {
    const key = `${ring.bell} ${ring.id}`;
    if (closing.signal.aborted || waiting.has(key)) return;
    waiting.set(key, { ring, since: clock.now().getTime() });
    next();
  };
  return {
    ring: (ring, delaySeconds = 0) => {
      if (delaySeconds > 0) void clock.sleep(delaySeconds * 1000, closing.signal).then(() => add(ring));
      else add(ring);
    },
    answer: (answer) => {
      handler = answering(answer, log);
      next();
    },
    drain: async () => {
      closing.abort();
      await Promise.allSettled(running);
    },
    check: async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const others = inProcessBells(clock, log);
      others.answer(async () => resolve());
      others.ring({ bell: 'wake', id: 'a check', trace: null });
      await promise;
      await others.drain();
      return 'they ring in the process';
    },
    backlog: async () => {
      const oldest = waiting.values().next().value?.since;
      return {
        waiting: waiting.size,
        oldest_seconds: oldest === undefined ? 0 : (clock.now().getTime() - oldest) / 1000,
      };
    },
  };
}
