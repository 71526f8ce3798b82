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
  const text = canonicalJson({ stream, number, type, at: at.toISOString(), actor, trace, data });
  return hash('sha256', previous + text);
}
