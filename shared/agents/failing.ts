/** Whether an agent fails at too much of what it does. Pure, and made of rows alone, so that every instance agrees. */

/** Outcomes that are kept of an agent, the newest last. */
export const keptOutcomes = 20;
/** Failures among them with which it is isolated: half. */
const mostFailures = 10;

/** How a task ended. */
export interface Outcome {
  succeeded: boolean;
  /** Null where it was not kept: long ago. */
  at: string | null;
}

export interface Failures {
  failed: number;
  /** Of so many. */
  of: number;
}

/** Among the last twenty outcomes those since a time; null: all of them. */
export function failuresOf(outcomes: readonly Outcome[], since: Date | null): Failures {
  const counted = outcomes
    .slice(-keptOutcomes)
    .filter(({ at }) => since === null || (at !== null && new Date(at) > since));
  return { failed: counted.filter(({ succeeded }) => !succeeded).length, of: counted.length };
}

export const isFailing = ({ failed }: Failures): boolean => failed >= mostFailures;
