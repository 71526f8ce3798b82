/** What an agent's tokens cost by an own contract: one look for each report of usage. */
import { sql } from 'kysely';
import type { PriceOverrideRow } from '../../estimates/price.ts';
import { now, store } from '../../platform/database/statement.ts';

const { first } = store<{
  agents: { id: string; model: string | null };
  price_overrides: PriceOverrideRow;
}>();

/** The model of a report, or else its agent's, with the contract in force for it now; nothing of it: none. */
export const findRates = first((q, p: { agent_id: string; model: string | null }) => {
  const model = sql<string | null>`coalesce(${p.model}, agents.model)`;
  return q
    .selectFrom('agents')
    .leftJoin('price_overrides as price', (join) =>
      join.on('price.model', '=', model).on('price.valid_from', '=', (row) =>
        row
          .selectFrom('price_overrides as newest')
          .select((each) => each.fn.max('newest.valid_from').as('valid_from'))
          .where('newest.model', '=', model)
          .where('newest.valid_from', '<=', now()),
      ),
    )
    .select([
      model.as('model'),
      now().as('at'),
      'price.valid_from',
      'price.input_micros_per_million',
      'price.cached_input_micros_per_million',
      'price.output_micros_per_million',
    ])
    .where('agents.id', '=', p.agent_id);
});
