/** A service that Muster stands on and that gives no answer: a fault that goes away by itself. */

/** Callers are told `unavailable` with the time to try again; stages back off. */
export class Away extends Error {
  override readonly name = 'Away';
  readonly retry_after_seconds: number;

  constructor(message: string, retry_after_seconds = 10) {
    super(message);
    this.retry_after_seconds = retry_after_seconds;
  }
}
