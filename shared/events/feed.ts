/** The change feed, and the events of one stream. */
import { z } from 'zod';
import { poll } from '../platform/bells/poll.ts';
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

interface Page {
  after: number;
  limit: number;
  wait_seconds: number;
}

/** Events after a cursor, oldest first; waits up to `wait_seconds` for the first. Gaps in cursors mean nothing. */
export const eventFeed = (platform: Platform, { after, limit, wait_seconds }: Page, signal: AbortSignal) =>
  poll(platform, { wait_seconds, signal }, async () => ({
    found: await eventsAfter(platform.db.read, { after, limit }),
    topics: ['events'],
  }));

/** One stream's events in order, a page after number `after`. */
export const streamEvents = (reads: Reads, page: { stream: string; after: number; limit: number }) =>
  eventsOf(reads, page);
