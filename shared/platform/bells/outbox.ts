/** Rings on their way to one queue: what is rung in the same turn goes out together, and nobody waits for it. */
import type { BellName, Clock, Ring } from '../platform.ts';
import type { Log } from '../telemetry/log.ts';

/** A queue that cannot be reached must not fill the memory; what is not kept, the sweep rings again. */
const mostWaiting = 10_000;
/** Far below the 256 KB of a batch, with the longest ids and traces. */
const ringsInOneSend = 100;
/** A send whose connection drops takes seconds to notice; others go on beside it. */
const sendsAtOnce = 8;

/** Sends rings to the queue; at that time, when one is given. Bounded in time, and throws when they did not go. */
export type Send = (rings: Ring[], at: Date | undefined) => Promise<void>;

interface Waiting {
  ring: Ring;
  at: Date | undefined;
  /** Milliseconds since 1970. */
  since: number;
}

interface Surroundings {
  bell: BellName;
  clock: Clock;
  log: Log;
  send: Send;
}

export class Outbox {
  readonly #around: Surroundings;
  readonly #waiting = new Map<string, Waiting>();
  readonly #sending = new Map<Promise<void>, Waiting[]>();
  #scheduled = false;
  #closed = false;
  #refused = 0;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Keeps the ring until the turn is over, then sends it. A ring that waits already is the same one. */
  ring(ring: Ring, delaySeconds: number): void {
    const since = this.#around.clock.now().getTime();
    const at = delaySeconds > 0 ? new Date(since + delaySeconds * 1000) : undefined;
    const key = `${at?.getTime() ?? 'now'} ${ring.id}`;
    if (this.#closed || this.#waiting.has(key)) return;
    if (this.#waiting.size >= mostWaiting) this.#refused += 1;
    else this.#waiting.set(key, { ring, at, since });
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#start();
    });
  }

  /** Takes no more rings; resolves when all that was rung is sent, or given up. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#start();
    while (this.#sending.size > 0) await Promise.all(this.#sending.keys());
  }

  /** Rings that have not gone yet, each with the time since when, in milliseconds since 1970. */
  waiting(): number[] {
    return [...this.#sending.values(), [...this.#waiting.values()]].flat().map(({ since }) => since);
  }

  #start(): void {
    if (this.#refused > 0) {
      const { bell, log } = this.#around;
      log.warn({ bell, rings: this.#refused }, 'too many bells wait to be sent; these rows are due again soon');
      this.#refused = 0;
    }
    while (this.#waiting.size > 0 && this.#sending.size < sendsAtOnce) this.#sendSome();
  }

  #sendSome(): void {
    const some = this.#take();
    const sent = this.#send(some).finally(() => {
      this.#sending.delete(sent);
      this.#start();
    });
    this.#sending.set(sent, some);
  }

  /** The oldest, and others that go out at the same time. */
  #take(): Waiting[] {
    const [oldest] = this.#waiting.values();
    const same = ([, { at }]: [string, Waiting]) => at?.getTime() === oldest?.at?.getTime();
    const some = [...this.#waiting].filter(same).slice(0, ringsInOneSend);
    for (const [key] of some) this.#waiting.delete(key);
    return some.map(([, waiting]) => waiting);
  }

  async #send(some: Waiting[]): Promise<void> {
    const { bell, log, send } = this.#around;
    try {
      await send(
        some.map(({ ring }) => ring),
        some[0]?.at,
      );
    } catch (error) {
      // A bell may be lost: the rows are committed, and the sweep finds them.
      log.warn({ err: error, bell, rings: some.length }, 'bells could not be sent; their rows are due again soon');
    }
  }
}
