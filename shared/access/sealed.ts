/** Keeps sealed values: what was sealed before the transaction, under the id that stands in its place. */
import type { Reads, Tx } from '../platform/platform.ts';
import type { Sealed } from '../platform/secrets/seal.ts';
import { insertSealedValue, newestSealedValue } from './store/sealed-values.ts';

/** The id of the key that has sealed the newest value, or undefined where nothing is sealed. */
export async function newestSealedKey(reads: Reads): Promise<string | undefined> {
  return (await newestSealedValue(reads, {}))?.key_id;
}

export { sealedValues, type SealedValue } from './store/sealed-values.ts';

/** `path` is where the value belongs, the additional data it was sealed with. */
export async function keepSealed(tx: Tx, value: { id: string; path: string; sealed: Sealed }): Promise<void> {
  const { id, path, sealed } = value;
  await insertSealedValue(tx, { id, path, key_id: sealed.key_id, ciphertext: sealed.ciphertext });
}
