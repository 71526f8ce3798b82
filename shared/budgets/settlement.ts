/** What new spending does to a reservation. Pure: whole micro-dollars in, whole micro-dollars out. */

export interface Held {
  reserved_micros: number;
  spent_micros: number;
}

export interface Settlement {
  /** The reservation after it. */
  held: Held;
  /** What leaves `reserved` and what enters `spent` of the budget. */
  released: number;
  spent: number;
  /** Spending beyond the reservation: it counts, and it stops the job. */
  overrun: boolean;
}

/** Commits what a deployment has used in all; usage that shrinks changes nothing. */
export function commitUsage(held: Held, total_micros: number): Settlement {
  const spent = Math.max(0, total_micros - held.spent_micros);
  const released = Math.min(held.reserved_micros, spent);
  return {
    held: { reserved_micros: held.reserved_micros - released, spent_micros: held.spent_micros + spent },
    released,
    spent,
    overrun: spent > released,
  };
}

/** Gives back what is not used. */
export const releaseRest = (held: Held): Settlement => ({
  held: { reserved_micros: 0, spent_micros: held.spent_micros },
  released: held.reserved_micros,
  spent: 0,
  overrun: false,
});
