/** Is the record whole? Each stream's chain, each seal, and each row's version against its last event. Pure. */
import { eventHash, genesis, type Event } from './chain.ts';

/** Where the record is not what it was. */
export interface BadLine {
  stream: string;
  number: number;
  what: string;
}

export interface StreamEnd {
  stream: string;
  number: number;
  hash: string;
}

/** Follows events in any order of streams, each stream in its own order. */
export class ChainCheck {
  readonly ends = new Map<string, StreamEnd>();
  readonly #hashes = new Map<string, string>();
  /** Hash of every event, so that seals can be held against them. */
  hashAt = (stream: string, number: number): string | undefined => this.#hashes.get(`${stream}#${number}`);
  count = 0;

  /** The first thing wrong with this event, or undefined. */
  add(event: Event): BadLine | undefined {
    const end = this.ends.get(event.stream) ?? { stream: event.stream, number: 0, hash: genesis };
    const at = { stream: event.stream, number: event.number };
    if (event.number !== end.number + 1) return { ...at, what: `event ${end.number + 1} is missing` };
    if (eventHash(end.hash, event) !== event.hash) return { ...at, what: 'its content does not give its hash' };
    this.ends.set(event.stream, { ...at, hash: event.hash });
    this.#hashes.set(`${event.stream}#${event.number}`, event.hash);
    this.count += 1;
    return undefined;
  }

  /** Each head that a seal named must still stand where it stood. */
  checkSeal(seal: { id: string; heads: StreamEnd[] }): BadLine | undefined {
    for (const head of seal.heads) {
      const what = `seal ${seal.id} names another hash, or an event that is gone`;
      if (this.hashAt(head.stream, head.number) !== head.hash) return { ...head, what };
    }
    return undefined;
  }

  /** The row's version and head are its last event's. */
  checkRow(row: { stream: string; version: number; head_hash: string }): BadLine | undefined {
    const end = this.ends.get(row.stream);
    const at = { stream: row.stream, number: row.version };
    if (end === undefined) return { ...at, what: 'the row has no events' };
    if (end.number !== row.version)
      return { ...at, what: `the row is at version ${row.version}, its last event is ${end.number}` };
    return end.hash === row.head_hash ? undefined : { ...at, what: 'the row names another last hash' };
  }
}

/** What a seal signs. */
export const sealText = (seal: { id: string; at: Date; through_cursor: number; heads: StreamEnd[] }): string =>
  JSON.stringify([
    seal.id,
    seal.at.toISOString(),
    seal.through_cursor,
    seal.heads.map(({ stream, number, hash }) => [stream, number, hash]),
  ]);
