/** A transaction that waits for anything but the database holds up others: it has ten seconds. */
const longestMilliseconds = 10_000;

export class WaitedTooLong extends Error {}

/** Ends the wait for a transaction that takes too long. One timer a group: one a transaction cost a sixth of it. */
export class Watch {
  #giveUp: ((error: Error) => void) | undefined;
  readonly #timer: NodeJS.Timeout;

  /** While it waits for the database, as `isBusy` says, it is not given up. */
  constructor(isBusy: () => boolean = () => false) {
    this.#timer = setTimeout(() => {
      if (isBusy()) this.again();
      else this.#giveUp?.(new WaitedTooLong('a transaction waited for something outside the database'));
    }, longestMilliseconds);
  }

  over<T>(work: () => Promise<T>): Promise<T> {
    this.again();
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      work().then(resolve, reject);
    });
  }

  /** Begins the time anew. */
  again(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
