/** getMessageStatistics: what mail there is, by type and in all, and how fast it goes. */
import { z } from 'zod';
import { quantile } from '../agents/note-outcomes.ts';
import type { Reads } from '../platform/platform.ts';
import type { MessageState } from './message.ts';
import { countsByType, lastReceived, sentOfLate } from './store/figures.ts';

/** Of how many that were received last the times are taken. */
const recent = 1000;

const Figures = z.strictObject({
  total: z.int().describe('that are kept'),
  queued: z.int(),
  delayed: z.int(),
  in_flight: z.int().describe('received, and not settled yet'),
  acknowledged: z.int(),
  dead: z.int(),
  oldest_seconds: z.number().nullable().describe('since the oldest that waits was sent'),
  per_minute: z
    .strictObject({ last_1: z.number(), last_5: z.number(), last_15: z.number() })
    .describe('sent, over the last 1, 5 and 15 minutes'),
  seconds_to_receive: z
    .strictObject({ p50: z.number(), p95: z.number() })
    .nullable()
    .describe(`from sent to received for the first time, of the last ${recent} in all`),
});

type Figures = z.output<typeof Figures>;

export const MessageStatistics = z
  .strictObject({ all: Figures, by_type: z.array(Figures.extend({ type: z.string() })) })
  .meta({ id: 'MessageStatistics' });

export type MessageStatistics = z.output<typeof MessageStatistics>;

type Counted = Awaited<ReturnType<typeof countsByType>>[number];
type Late = Awaited<ReturnType<typeof sentOfLate>>[number];
type Received = Awaited<ReturnType<typeof lastReceived>>[number];

export async function getMessageStatistics(reads: Reads): Promise<MessageStatistics> {
  const counted = await countsByType(reads, {});
  const types = [...new Set(counted.map(({ type }) => type))].toSorted();
  const late = await sentOfLate(reads, types);
  const received = await lastReceived(reads, { limit: recent });
  const of =
    (type: string) =>
    <Row extends { type: string }>(rows: readonly Row[]) =>
      rows.filter((row) => row.type === type);
  return {
    all: figuresOf(counted, late, received),
    by_type: types.map((type) => ({
      type,
      ...figuresOf(of(type)(counted), of(type)(late), of(type)(received)),
    })),
  };
}

function figuresOf(counted: readonly Counted[], late: readonly Late[], received: readonly Received[]): Figures {
  const count = (...states: MessageState[]) =>
    total(counted.filter(({ state }) => states.includes(state)).map(({ messages }) => messages));
  const rate = (of: 'last_1' | 'last_5' | 'last_15', minutes: number) => total(late.map((row) => row[of])) / minutes;
  return {
    total: total(counted.map(({ messages }) => messages)),
    queued: count('queued'),
    delayed: count('delayed'),
    in_flight: count('received'),
    acknowledged: count('acknowledged'),
    dead: count('dead'),
    oldest_seconds: oldestOf(counted),
    per_minute: { last_1: rate('last_1', 1), last_5: rate('last_5', 5), last_15: rate('last_15', 15) },
    seconds_to_receive: timesOf(received),
  };
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

const isWaiting = ({ state }: Counted): boolean => state === 'queued' || state === 'delayed';

function oldestOf(counted: readonly Counted[]): number | null {
  const ages = counted
    .filter(isWaiting)
    .map(({ at, oldest_at }) => (new Date(at).getTime() - new Date(oldest_at).getTime()) / 1000);
  return ages.length === 0 ? null : Math.max(0, ...ages);
}

function timesOf(received: readonly Received[]): Figures['seconds_to_receive'] {
  const seconds = received.map(({ sent_at, received_at }) =>
    Math.max(0, ((received_at ?? sent_at).getTime() - sent_at.getTime()) / 1000),
  );
  const [p50, p95] = [quantile(seconds, 0.5), quantile(seconds, 0.95)];
  return p50 === null || p95 === null ? null : { p50, p95 };
}
