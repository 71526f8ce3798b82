/** One holder at a time, in the order of asking. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves with what gives the turn on. Who is aborted before its turn throws at once, and lets the next one through. */
  async take(signal: AbortSignal): Promise<() => void> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    const aborted = new Promise((tell) => {
      signal.addEventListener('abort', tell, { once: true });
    });
    if (!signal.aborted) await Promise.race([before, aborted]);
    if (!signal.aborted) return resolve;
    void before.then(resolve);
    throw new Error('canceled while it waited');
  }
}
