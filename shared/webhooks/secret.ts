/** What signs what a webhook is sent, or of a card its whole address: sealed, and opened for a call alone. */
import { keepSealed, sealedValues } from '../access/sealed.ts';
import { emptySealedValue } from '../access/store/sealed-values.ts';
import { databaseTime } from '../platform/database/time.ts';
import { newId } from '../platform/ids.ts';
import { webhookSecret } from '../platform/outbound/signature.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import type { Sealed } from '../platform/secrets/seal.ts';
import type { Format, Webhook } from './webhook.ts';

/** Keep it in the transaction that gives it to its webhook. */
export interface Secret {
  id: string;
  path: string;
  sealed: Sealed;
  /** `whsec_` and base64, to be shown once; null where the address is the secret. */
  shown: string | null;
}

const pathOf = (webhook_id: string): string => `webhooks.${webhook_id}.secret`;

/** Sealed for this webhook. Of a standard one 256 random bits; of a card its address. */
export async function newSecret(
  platform: Platform,
  { webhook_id, format, url }: { webhook_id: string; format: Format; url: string },
): Promise<Secret> {
  const shown = format === 'standard' ? webhookSecret(platform.random) : null;
  const path = pathOf(webhook_id);
  const id = newId('sec', platform.clock.now(), platform.random);
  return { id, path, sealed: await platform.sealer.seal(shown ?? url, path), shown };
}

export const keepSecret = (tx: Tx, { id, path, sealed }: Secret): Promise<void> => keepSealed(tx, { id, path, sealed });

/** Those that sign no more, under the lock of their webhook: nobody can open them again. */
export async function forgetSecrets(tx: Tx, ids: readonly (string | null)[]): Promise<void> {
  for (const id of ids) if (id !== null) await emptySealedValue(tx, { id });
}

/** The newest first; the one before as long as it is valid, by the database's time, which has said until when. */
export async function openSecrets(platform: Platform, webhook: Webhook): Promise<[string, ...string[]]> {
  const { secret_id, previous_secret_id, previous_until } = webhook;
  const isBoth = previous_until !== null && previous_until > (await databaseTime(platform.db.read));
  const older = isBoth && previous_secret_id !== null ? [previous_secret_id] : [];
  const values = await sealedValues(platform.db.read, [secret_id, ...older]);
  const opened = async (id: string): Promise<string> => {
    const value = values.find((one) => one.id === id);
    if (value === undefined) throw new Error(`a secret of ${webhook.id} is gone`);
    return platform.sealer.open(value, value.path);
  };
  return [await opened(secret_id), ...(await Promise.all(older.map(opened)))];
}
