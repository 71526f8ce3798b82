/** Which webhooks a caller may read and change: its own, and an admin all. */
import { hasRole, type Caller } from '../access/caller.ts';
import { refuse } from '../outcomes.ts';
import type { Reads, Tx } from '../platform/platform.ts';
import { findWebhook, lockWebhook } from './store.ts';
import type { Webhook } from './webhook.ts';

const isFor = (caller: Caller, webhook: Webhook): boolean => webhook.owner_id === caller.id || hasRole(caller, 'admin');

const ownOnly = (caller: Caller, webhook: Webhook | undefined): Webhook =>
  webhook !== undefined && isFor(caller, webhook) ? webhook : refuse('not_found');

/** Refuses `not_found`. */
export const readOwn = async (reads: Reads, caller: Caller, id: string): Promise<Webhook> =>
  ownOnly(caller, await findWebhook(reads, { id }));

/** Locks the row. Refuses `not_found`. */
export const lockOwn = async (tx: Tx, caller: Caller, id: string): Promise<Webhook> =>
  ownOnly(caller, await lockWebhook(tx, { id }));
