/**
 * dailyDigest: once a day, from the time that the settings say on, those who ask for it and whoever is on call are told what
 * happened, what waits and what is due. The row of the day is written with what is sent: whoever comes second finds it.
 */
import { periodAt } from '../budgets/reserve.ts';
import { listBudgetRows } from '../budgets/store.ts';
import { databaseTime } from '../platform/database/time.ts';
import { firstIdOf } from '../platform/ids.ts';
import { lastSlot } from '../platform/last-slot.ts';
import { usdOf } from '../platform/money.ts';
import type { Platform, Reads } from '../platform/platform.ts';
import { hears } from '../webhooks/hearing.ts';
import { onCallNow } from '../webhooks/rota/on-call.ts';
import { readRota } from '../webhooks/rota/set.ts';
import { shiftAt } from '../webhooks/rota/shifts.ts';
import { hearersOf, send, type Sending } from '../webhooks/send.ts';
import { atMost, dayMilliseconds, digestNews, type Digest } from './digest.ts';
import {
  agentsOut,
  blockedByCode,
  endedSince,
  findDigest,
  insertDigest,
  openItems,
  openQuestions,
  submittedSince,
} from './store.ts';

/** The timer comes every five minutes; a digest that was missed is sent when a process is there again, up to a day later. */
export async function dailyDigest(platform: Platform): Promise<void> {
  const { read } = platform.db;
  const { DAILY_DIGEST_AT: time } = platform.config;
  if (time === 'off') return;
  const at = await databaseTime(read);
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const day = lastSlot(at, { hour, minute }).toISOString().slice(0, 10);
  if ((await findDigest(read, { day })) !== undefined) return;
  const sendings = await sendingsFor(read, day, at);
  await platform.db.transaction('dailyDigest', async (tx) => {
    if ((await findDigest(tx, { day })) !== undefined) return;
    await insertDigest(tx, { day });
    await send(tx, sendings);
  });
}

/** Nothing is put together where nobody wants to know. */
async function sendingsFor(reads: Reads, day: string, at: Date): Promise<Sending[]> {
  const hearers = await hearersOf(reads);
  const onCall = await onCallNow(reads, hearers);
  const isFor = (hearer: (typeof hearers)[number]) =>
    hears(hearer, 'digest.daily', {}) || (hearer === onCall?.hearer && onCall.digest);
  const wanting = hearers.filter(isFor);
  if (wanting.length === 0) return [];
  const news = digestNews(await factsOf(reads, day, at));
  return wanting.map((to) => ({ to, news }));
}

async function factsOf(reads: Reads, day: string, to: Date): Promise<Digest> {
  const from = new Date(to.getTime() - dayMilliseconds);
  const [budget] = await listBudgetRows(reads, { period: periodAt(to) });
  const blocked = await blockedByCode(reads, {});
  return {
    ...{ day, from, to },
    submitted: (await submittedSince(reads, { first_id: firstIdOf('job', from) }))?.count ?? 0,
    ended: await endedSince(reads, { since: from }),
    spent_usd: usdOf(budget?.spent_micros ?? 0),
    limit_usd: usdOf(budget?.limit_micros ?? reads.config.MONTHLY_BUDGET_USD),
    questions: await openQuestions(reads, { limit: atMost }),
    blocked: blocked.map(({ what, count }) => ({ what: what ?? 'unknown', count })),
    items: await openItems(reads, { limit: atMost }),
    out: await agentsOut(reads, {}),
    on_call: await onCallFacts(reads, to),
  };
}

async function onCallFacts(reads: Reads, at: Date): Promise<Digest['on_call']> {
  const rota = await readRota(reads);
  if (rota === undefined) return undefined;
  const { principal_id, until } = shiftAt(rota, at);
  return { principal_id, until, next: shiftAt(rota, until).principal_id };
}
