/** Who goes on when there is room again. Pure. */

export interface Waiting {
  id: string;
  category: string;
  priority: number;
  /** How much of the room it needs; null where that is not counted. */
  waits_amount: number | null;
}

/**
 * Jobs to wake, most urgent first; within a priority the categories take turns, and within a category the
 * oldest goes first. Only as many as fit into `room`; undefined is room for all.
 */
export function pickToWake(waiting: readonly Waiting[], room: number | undefined): string[] {
  const inOrder = waiting.toSorted(
    (a, b) => a.priority - b.priority || turn(a, waiting) - turn(b, waiting) || (a.id < b.id ? -1 : 1),
  );
  let left = room ?? Number.POSITIVE_INFINITY;
  return inOrder.flatMap(({ id, waits_amount }) => {
    const amount = waits_amount ?? 0;
    if (amount > left) return [];
    left -= amount;
    return [id];
  });
}

/** A job's place in its category at its priority: all the firsts come before all the seconds. */
const turn = (job: Waiting, waiting: readonly Waiting[]): number =>
  waiting.filter(({ category, priority, id }) => category === job.category && priority === job.priority && id < job.id)
    .length;
