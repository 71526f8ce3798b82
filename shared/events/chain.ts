/** The record's arithmetic: each event's hash covers the one before it, so no line can be changed, added or lost unseen. */
import { hash } from 'node:crypto';
import { canonicalJson } from '../platform/canonical-json.ts';
import type { Json } from '../platform/wire.ts';

/** What stands before the first event of a stream. */
export const genesis = '0'.repeat(64);

export interface EventContent {
  stream: string;
  /** 1, 2, 3 … within the stream: the version of the row that changed. */
  number: number;
  type: string;
  at: Date;
  actor: string;
  trace: string | null;
  data: Record<string, Json>;
}

export interface Event extends EventContent {
  hash: string;
}

/** SHA-256 of the previous hash and the RFC 8785 canonical JSON of everything else, in hexadecimal. */
export function eventHash(previous: string, event: EventContent): string {
  const { stream, number, type, at, actor, trace, data } = event;
  // The members of a known shape in their canonical order; the library sorts and escapes the rest.
  const text = `{"actor":${JSON.stringify(actor)},"at":"${at.toISOString()}","data":${canonicalJson(data)},"number":${number},"stream":${JSON.stringify(stream)},"trace":${JSON.stringify(trace)},"type":${JSON.stringify(type)}}`;
  return hash('sha256', previous + text);
}
