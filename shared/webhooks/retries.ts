/** When a delivery is tried again, and when a webhook is given up. Pure. */

/** Seconds before each try after the first, as Standard Webhooks recommends: ten tries in about three days. */
const waits = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400] as const;

export const mostTries = waits.length + 1;

/** No wait is longer, whatever the other side asks for. */
const longestSeconds = 86_400;

/** Each wait is drawn from a fifth around it, so that what failed together does not come back together. */
const jitter = 0.2;

export interface Failed {
  /** Tries so far. */
  attempts: number;
  /** Uniform in [0, 1). */
  fraction: number;
  /** The header of the answer: seconds; a date is not heeded. */
  retry_after: string | undefined;
}

/** Seconds until the next try, at least as long as the other side asks for; undefined: there is none. */
export function nextTrySeconds({ attempts, fraction, retry_after = '' }: Failed): number | undefined {
  const wait = waits[attempts - 1];
  if (wait === undefined) return undefined;
  const asked = /^\d{1,9}$/.test(retry_after) ? Number(retry_after) : 0;
  return Math.min(longestSeconds * (1 + jitter), Math.max(asked, wait * (1 - jitter / 2 + jitter * fraction)));
}

/** A webhook at which every try has failed for so long is disabled. */
const longestFailureMilliseconds = 5 * 86_400_000;

export const isGivenUp = (failing_since: Date | null, at: Date): boolean =>
  failing_since !== null && at.getTime() - failing_since.getTime() >= longestFailureMilliseconds;
