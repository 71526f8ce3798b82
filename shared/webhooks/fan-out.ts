/**
 * fanOutEvents: whatever was committed since the last time is put on its way to those who asked for it. What is sent
 * and how far the record was read are one transaction, so nothing is lost or doubled; without webhooks, and without
 * news, nothing is written.
 */
import { actionItem, type ActionItemRow } from '../access/action-item.ts';
import { claimNews, itemsWithNews } from '../access/store/action-items.ts';
import type { Platform, Reads, Tx } from '../platform/platform.ts';
import { alertsFor } from './budget-alerts.ts';
import { hears, type Hearer } from './hearing.ts';
import { eventsFor, sendingsOf } from './event-news.ts';
import { itemNews } from './news.ts';
import { onCallNow } from './rota/on-call.ts';
import { hearersOf, send, type Sending } from './send.ts';
import { findFanOut, moveFanOut } from './store.ts';
import { anyDue, deliveryWork, findAbout } from './store/deliveries.ts';

/** What is left over then waits for the next time. */
const pagesAtOnce = 20;
const itemsAtOnce = 100;
const deliveriesAtOnce = 500;

export async function fanOutEvents(platform: Platform): Promise<void> {
  // First: what is on its way is looked after even while what is new cannot be sent.
  if ((await anyDue(platform.db.read, {})) !== undefined) await ringDueDeliveries(platform);
  for (let page = 0; page < pagesAtOnce; page++) {
    const found = await look(platform.db.read, page === 0);
    if (found === undefined) break;
    if (!(await platform.db.transaction('fanOutEvents', (tx) => sendAll(tx, found)))) return; // another was faster
  }
}

interface Found {
  /** As they were read: who sends moves both on. */
  version: number;
  through_cursor: number;
  sendings: readonly Sending[];
  items: readonly ActionItemRow[];
  hearers: readonly Hearer[];
  /** Who is told of every item that is raised. */
  onCall: Hearer | undefined;
}

/**
 * What there is to tell. The record is read as far as nobody can commit in between; webhooks and their owners are taken as
 * they stand after that: one that came in between is told of what came after it, and who is disabled a moment later is not
 * called.
 */
async function look(reads: Reads, isFirst: boolean): Promise<Found | undefined> {
  const [before, items] = [await hearersOf(reads), await itemsWithNews(reads, { limit: itemsAtOnce })];
  if (before.length === 0 && items.length === 0) return undefined;
  const fanOut = await findFanOut(reads, {});
  if (fanOut === undefined) throw new Error('the row of fan_outs is gone');
  const events = await eventsFor(reads, before, fanOut.through_cursor);
  const through_cursor = events.at(-1)?.cursor ?? fanOut.through_cursor;
  const hearers = await hearersOf(reads);
  const sendings = await sendingsOf(reads, events, hearers);
  const alerts = isFirst ? await alertsFor(reads, hearers) : [];
  if (through_cursor === fanOut.through_cursor && items.length === 0 && alerts.length === 0) return undefined;
  const onCall = items.length === 0 ? undefined : (await onCallNow(reads, hearers))?.hearer;
  return { version: fanOut.version, through_cursor, sendings: [...sendings, ...alerts], items, hearers, onCall };
}

/** Whether it was this one that sent. */
async function sendAll(tx: Tx, found: Found): Promise<boolean> {
  const { version, through_cursor, sendings, items } = found;
  if ((await moveFanOut(tx, { was: version, through_cursor })).length === 0) return false;
  const told: Sending[] = [];
  for (const item of items) {
    if ((await claimNews(tx, item)).length === 0) continue; // it is done meanwhile
    if (wasRaisedUnheard(item)) told.push(...(await untold(tx, itemSendings(asRaised(item), found))));
    told.push(...itemSendings(item, found));
  }
  await send(tx, [...sendings, ...told]);
  return true;
}

/** Raised and done between two times. */
const wasRaisedUnheard = ({ created_at, done_at, news_at }: ActionItemRow): boolean =>
  done_at !== null && news_at !== null && news_at <= created_at;

const asRaised = (item: ActionItemRow): ActionItemRow => ({ ...item, done_at: null, done_by: null });

/** Raised, told of and done at one moment looks the same as never told of. */
async function untold(reads: Reads, sendings: readonly Sending[]): Promise<Sending[]> {
  const found: Sending[] = [];
  for (const sending of sendings) {
    const { to, news } = sending;
    if ((await findAbout(reads, { webhook_id: to.id, about: news.about })) === undefined) found.push(sending);
  }
  return found;
}

function itemSendings(item: ActionItemRow, { hearers, onCall }: Found): Sending[] {
  const news = itemNews(actionItem(item));
  const isFor = (hearer: Hearer) =>
    hears(hearer, news.type, {}) || (hearer === onCall && news.type === 'action_item.raised');
  return hearers.filter(isFor).map((to) => ({ to, news }));
}

/** What is due and was not rung for, or whose bell was lost. */
const ringDueDeliveries = (platform: Platform): Promise<void> =>
  platform.db.transaction('sweepDeliveries', async (tx) => {
    for (const { id } of await deliveryWork.sweep(tx, { limit: deliveriesAtOnce })) tx.ring('deliver', id);
  });
