/** The change feed, and the events of one stream. */
import { z } from 'zod';
import type { Platform, Reads } from '../platform/platform.ts';
import { jsonObject, time } from '../platform/wire.ts';
import { eventsAfter, eventsOf } from './store.ts';

export const EventAnswer = z
  .strictObject({
    cursor: z.int(),
    stream: z.string(),
    number: z.int(),
    type: z.string(),
    at: time,
    actor: z.string(),
    trace: z.string().nullable(),
    data: jsonObject,
    hash: z.string(),
  })
  .meta({ id: 'Event' });

/** A long poll looks again this often, in case a commit told another process. */
const lookAgainMilliseconds = 2000;

interface Page {
  after: number;
  limit: number;
  wait_seconds: number;
}

/** Events after a cursor, oldest first; waits up to `wait_seconds` for the first. Gaps in cursors mean nothing. */
export async function eventFeed(platform: Platform, { after, limit, wait_seconds }: Page, signal: AbortSignal) {
  const until = platform.clock.now().getTime() + wait_seconds * 1000;
  for (;;) {
    const events = await eventsAfter(platform.db.read, { after, limit });
    const left = until - platform.clock.now().getTime();
    if (events.length > 0 || left <= 0 || signal.aborted) return events;
    await platform.hints.wait(['events'], Math.min(left, lookAgainMilliseconds), signal);
  }
}

/** One stream's events in order, a page after number `after`. */
export const streamEvents = (reads: Reads, page: { stream: string; after: number; limit: number }) => eventsOf(reads, page);
