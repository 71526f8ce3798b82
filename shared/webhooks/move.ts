/** The only way a webhook changes in what its owner relies on: row and event in one. */
import { nextEvent, newStream, record, type Happening } from '../events/record.ts';
import { loseRace } from '../outcomes.ts';
import type { Tx } from '../platform/platform.ts';
import { insertWebhook, updateWebhook } from './store.ts';
import type { Webhook } from './webhook.ts';

type First = Omit<Webhook, 'version' | 'head_hash'>;

export async function insertMoved(tx: Tx, first: First, actor: string): Promise<Webhook> {
  const happening = { type: 'created', actor, data: factsOf(first) };
  const event = nextEvent(tx, newStream(first.id), happening);
  const webhook = { ...first, version: event.number, head_hash: event.hash };
  await insertWebhook(tx, webhook);
  record(tx, event);
  return webhook;
}

/** Gives the webhook as it is now. `was` is locked; loses the race when its version has passed. */
export async function moveWebhook(
  tx: Tx,
  was: Webhook,
  { is, happening }: { is: Partial<Webhook>; happening: Omit<Happening, 'data'> & Partial<Happening> },
): Promise<Webhook> {
  const changed = { ...was, ...is };
  const event = nextEvent(tx, { stream: was.id, ...was }, { data: factsOf(changed), ...happening });
  const moved = { ...changed, version: event.number, head_hash: event.hash };
  if ((await updateWebhook(tx, { ...moved, was: was.version })).length === 0) loseRace();
  record(tx, event);
  return moved;
}

/** What an event tells: no address, for paths and queries of addresses carry secrets. */
const factsOf = ({ owner_id, format, url, event_types, state }: First) => ({
  ...{ owner_id, format, event_types, state },
  host: new URL(url).host,
});
