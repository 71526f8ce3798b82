/** How a stage answers a ring, wherever the ring comes from. */
import { withTrace } from '../context.ts';
import type { Ring } from '../platform.ts';
import type { Log } from '../telemetry/log.ts';

export type Answer = (ring: Ring) => Promise<void>;

/**
 * Answers in the trace of the ring and never throws: a queue would deliver again at once, over and over, what the
 * sweep rings in its time. What a stage throws is logged.
 */
export const answering =
  (answer: Answer, log: Log): Answer =>
  (ring) =>
    withTrace(ring.trace, () => answer(ring)).catch((fault: unknown) =>
      log.error({ err: fault, ring }, 'a stage threw; its row is due again soon'),
    );
