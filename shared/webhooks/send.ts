/** Puts news on its way to webhooks, in the transaction of whoever has the news. */
import type { Reads, Tx } from '../platform/platform.ts';
import type { Hearer } from './hearing.ts';
import { bodyOf, type News } from './news.ts';
import { enabledWebhooks } from './store.ts';
import { insertDeliveries } from './store/deliveries.ts';

/** Enabled webhooks whose owners, and those above them, may call. */
export async function hearersOf(reads: Reads): Promise<Hearer[]> {
  const rows = await enabledWebhooks(reads, {});
  return rows.map(({ owner_id, kind, roles, above_id, ...hearer }) => ({
    ...hearer,
    owner: { id: owner_id, kind, roles, owner_id: above_id },
  }));
}

export interface Sending {
  to: Pick<Hearer, 'id' | 'format'>;
  news: News;
}

/** A delivery each, and its bell. Nobody may be told of the same twice: a unique key holds it. */
export async function send(tx: Tx, sendings: readonly Sending[]): Promise<void> {
  const deliveries = sendings.map(({ to, news }) => ({
    ...{ id: tx.newId('dlv'), webhook_id: to.id, about: news.about, event_type: news.type },
    ...{ body: bodyOf(news, to.format), due_seconds: tx.config.DUE_SECONDS },
  }));
  await insertDeliveries(tx, deliveries);
  for (const { id } of deliveries) tx.ring('deliver', id);
}
