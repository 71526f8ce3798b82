/** Prices in force, and the overrides of own contracts. */
import { z } from 'zod';
import { listPrices } from '../../shared/estimates/list-prices.ts';
import { PricesAnswer, PricesInput } from '../../shared/estimates/price.ts';
import { putPrices } from '../../shared/estimates/put-prices.ts';
import { route } from './route.ts';

export const priceRoutes = [
  route('listPrices', 'GET /v1/deployment/prices', {
    query: () => z.strictObject({ models: z.string().max(2000).optional().describe('separated by commas') }),
    answer: () => PricesAnswer,
    refuses: [],
    run: ({ platform, input }) => listPrices(platform.db.read, input.models?.split(',').filter(Boolean)),
  }),
  route('putPrices', 'PUT /v1/deployment/prices', {
    body: () => PricesInput,
    answer: () => PricesAnswer,
    refuses: [],
    run: ({ platform, caller, input }) => putPrices(platform, caller, input),
  }),
];
