/** Own contracts' prices. */
import type { Caller } from '../access/caller.ts';
import type { Platform } from '../platform/platform.ts';
import { listPrices } from './list-prices.ts';
import { awaitedPrice, overrideRow, type PriceOverrideRow, type PricesAnswer, type PricesInput } from './price.ts';
import { putOverride } from './store/prices.ts';

/** Adds prices, and replaces those of the same model and time. Wakes the jobs that wait for one. */
export function putPrices(platform: Platform, _caller: Caller, input: PricesInput): Promise<PricesAnswer> {
  return platform.db.transaction('putPrices', async (tx) => {
    const rows = input.overrides.map((override) => overrideRow(override, tx.at)).toSorted(inLockOrder);
    for (const row of rows) await putOverride(tx, row);
    for (const model of new Set(rows.map((row) => row.model))) tx.ring('wake', awaitedPrice(model));
    return listPrices(tx);
  });
}

const inLockOrder = (a: PriceOverrideRow, b: PriceOverrideRow): number =>
  a.model === b.model ? a.valid_from.getTime() - b.valid_from.getTime() : a.model < b.model ? -1 : 1;
