/** A queue of the loopback broker: what is stored, what is locked, what is not due yet. */
import type { Message } from 'rhea';

export interface Stored {
  sequence: number;
  message: Message;
  enqueued_at: number;
  /** Milliseconds; nobody gets it earlier. */
  due_at: number;
  deliveries: number;
  lock: { token: string; until: number } | undefined;
}

/** As long as a lock of Service Bus can be. */
export const lockMilliseconds = 300_000;

export class Queue {
  readonly stored: Stored[] = [];
  /** Everything that ever came, in order. */
  readonly history: Stored[] = [];
  /** What was rejected. */
  readonly dead: Stored[] = [];
  readonly #now: () => number;
  #sequence = 0;
  #locks = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  put(message: Message, due_at = this.#now()): number {
    this.#sequence += 1;
    const facts = { message, enqueued_at: this.#now(), due_at, deliveries: 0, lock: undefined };
    const stored = { sequence: this.#sequence, ...facts };
    this.stored.push(stored);
    this.history.push(stored);
    return this.#sequence;
  }

  /** Locks the next message for whoever asks; one whose lock has ended is delivered again. */
  take(): (Stored & { lock: { token: string } }) | undefined {
    const next = this.stored.find(({ lock, due_at }) => due_at <= this.#now() && (lock?.until ?? 0) <= this.#now());
    if (next === undefined) return undefined;
    this.#locks += 1;
    const lock = { token: this.#locks.toString(16).padStart(32, '0'), until: this.#now() + lockMilliseconds };
    next.lock = lock;
    next.deliveries += 1;
    return { ...next, lock };
  }

  cancel(sequence: number): void {
    const index = this.stored.findIndex((one) => one.sequence === sequence);
    if (index >= 0) this.stored.splice(index, 1);
  }

  complete(token: string): void {
    this.#remove(token);
  }

  abandon(token: string): void {
    for (const one of this.stored) if (one.lock?.token === token) one.lock = undefined;
  }

  reject(token: string): void {
    this.dead.push(...this.#remove(token));
  }

  #remove(token: string): Stored[] {
    const index = this.stored.findIndex(({ lock }) => lock?.token === token);
    return index < 0 ? [] : this.stored.splice(index, 1);
  }
}
