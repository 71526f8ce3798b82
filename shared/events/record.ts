/**
 * Writes one event for one transition. The chain's head is kept on the row that changes:
 *
 *   const event = nextEvent(tx, { stream: row.id, ...row }, { type: 'isolated', actor: caller.id, data: {} });
 *   const hit = await updateRow(tx, { …, version: event.number, head_hash: event.hash, was: row.version });
 *   if (hit.length === 0) loseRace();
 *   record(tx, event);
 */
import type { Tx } from '../platform/platform.ts';
import type { Json } from '../platform/wire.ts';
import { eventHash, genesis, type Event } from './chain.ts';
import { insertEvents } from './store.ts';

/** A stream as its row knows it; `version` 0 with the genesis hash is a row not yet written. */
export interface StreamHead {
  stream: string;
  version: number;
  head_hash: string;
}

export interface Happening {
  type: string;
  /** The principal who did it, or `muster`. */
  actor: string;
  data: Record<string, Json>;
}

export const newStream = (stream: string): StreamHead => ({ stream, version: 0, head_hash: genesis });

/** The event that follows `head`; its `number` and `hash` become the row's `version` and `head_hash`. */
export function nextEvent(tx: Tx, head: StreamHead, happening: Happening): Event {
  const content = { stream: head.stream, number: head.version + 1, at: tx.at, trace: tx.trace, ...happening };
  return { ...content, hash: eventHash(head.head_hash, content) };
}

/** Written at the end of the transaction, all of its events in one statement. */
export function record(tx: Tx, ...events: Event[]): void {
  tx.gather(insertEvents, ...events);
  tx.hint('events');
}
