/** Who is on call. */
import { RotaAnswer, RotaInput } from '../../shared/webhooks/rota/rota.ts';
import { getRota, putRota } from '../../shared/webhooks/rota/set.ts';
import { route } from './route.ts';

export const rotaRoutes = [
  route('getRota', 'GET /v1/rota', {
    answer: () => RotaAnswer,
    etag: true,
    refuses: ['not_found'],
    run: ({ platform }) => getRota(platform),
  }),
  route('putRota', 'PUT /v1/rota', {
    body: () => RotaInput,
    answer: () => RotaAnswer,
    etag: true,
    heeds: ['if_match'],
    refuses: [],
    run: ({ platform, caller, input, request }) => putRota(platform, caller, { ...input, if_match: request.if_match }),
  }),
];
