/** Own contracts' prices. */
import { store, upsert } from '../../platform/database/statement.ts';
import type { Tx } from '../../platform/platform.ts';
import type { PriceOverrideRow } from '../price.ts';

const { all, first, change } = store<{ price_overrides: PriceOverrideRow }>();

export const overrideInForce = first((q, p: { model: string; at: Date }) =>
  q
    .selectFrom('price_overrides')
    .selectAll()
    .where('model', '=', p.model)
    .where('valid_from', '<=', p.at)
    .orderBy('valid_from', 'desc')
    .limit(1),
);

export const listOverrides = all((q, _: Record<never, never>) =>
  q.selectFrom('price_overrides').selectAll().orderBy('model').orderBy('valid_from'),
);

/** Adds a price, or replaces the one of the same model and time. */
export const putOverride = (tx: Tx, row: PriceOverrideRow): Promise<void> =>
  upsert(tx, row, { update: updateOverride, insert: insertOverride });

const updateOverride = change((q, p: PriceOverrideRow) =>
  q
    .updateTable('price_overrides')
    .set({
      input_micros_per_million: p.input_micros_per_million,
      cached_input_micros_per_million: p.cached_input_micros_per_million,
      output_micros_per_million: p.output_micros_per_million,
    })
    .where('model', '=', p.model)
    .where('valid_from', '=', p.valid_from)
    .returning('model'),
);

const insertOverride = change((q, p: PriceOverrideRow) =>
  q.insertInto('price_overrides').values({
    model: p.model,
    valid_from: p.valid_from,
    input_micros_per_million: p.input_micros_per_million,
    cached_input_micros_per_million: p.cached_input_micros_per_million,
    output_micros_per_million: p.output_micros_per_million,
  }),
);
