/** The change feed and the seals of the record. */
import { z } from 'zod';
import { EventAnswer, eventFeed } from '../../shared/events/feed.ts';
import { listSeals, Seal, SealKey } from '../../shared/events/seal.ts';
import { RecordHead, recordHeads } from '../../shared/insights/record-heads.ts';
import { wholeNumber } from './lists.ts';
import { route } from './route.ts';

export const eventRoutes = [
  route('listEvents', 'GET /v1/events', {
    query: () =>
      z.strictObject({
        after: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(0).describe('the cursor of the last event you have'),
        limit: wholeNumber(1, 1000).default(100),
        wait_seconds: wholeNumber(0, 20).default(0),
      }),
    answer: () =>
      z.strictObject({ items: z.array(EventAnswer), after: z.int().describe('give it as `after` next time') }),
    refuses: [],
    run: async ({ platform, input, request }) => {
      const items = await eventFeed(platform, input, request.signal);
      return { items, after: items.at(-1)?.cursor ?? input.after };
    },
  }),
  route('listSeals', 'GET /v1/events/seals', {
    answer: () => z.strictObject({ items: z.array(Seal), public_keys: z.array(SealKey) }),
    refuses: [],
    run: async ({ platform }) => {
      const public_keys = await platform.sealer.publicKeys();
      return { items: await listSeals(platform.db.read), public_keys };
    },
  }),
  route('listRecordHeads', 'GET /v1/events/heads', {
    answer: () => z.strictObject({ items: z.array(RecordHead) }),
    refuses: [],
    run: async ({ platform }) => ({ items: await recordHeads(platform.db.read) }),
  }),
];
