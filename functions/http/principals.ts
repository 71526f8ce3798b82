/** People and services, and keys. */
import { z } from 'zod';
import { PrincipalAnswer, PrincipalInput } from '../../shared/access/caller.ts';
import { deleteKey, issueKey } from '../../shared/access/keys.ts';
import { deletePrincipal, getPrincipal, listPrincipals, putPrincipal } from '../../shared/access/principals.ts';
import { name, principalId } from '../../shared/platform/wire.ts';
import { keyOf, listOf, listQuery, pageOf } from './lists.ts';
import { reply } from './reply.ts';
import { nothing, route, type Route } from './route.ts';

export const KeyAnswer = z
  .strictObject({ id: z.string(), key: z.string().describe('shown this once') })
  .meta({ id: 'NewKey' });

const params = () => z.object({ id: principalId });

export const principalRoutes: Route[] = [
  route('putPrincipal', 'PUT /v1/principals/{id}', {
    params,
    body: PrincipalInput,
    answer: PrincipalAnswer,
    etag: true,
    heeds: ['if_match'],
    refuses: ['name_taken', 'conflict', 'not_found'],
    run: ({ platform, caller, input, request }) =>
      putPrincipal(platform, caller, { ...input, if_match: request.if_match }),
  }),
  route('getPrincipal', 'GET /v1/principals/{id}', {
    params,
    answer: PrincipalAnswer,
    etag: true,
    refuses: ['not_found'],
    run: ({ platform, caller, input }) => getPrincipal(platform, caller, input),
  }),
  route('listPrincipals', 'GET /v1/principals', {
    query: () => z.strictObject(listQuery),
    answer: () => listOf(PrincipalAnswer),
    refuses: [],
    run: async ({ platform, caller, input: { limit, cursor }, request }) => {
      const items = await listPrincipals(platform, caller, { after: keyOf(request, cursor), limit });
      return pageOf(request, { items, limit, key: ({ id }) => id });
    },
  }),
  route('deletePrincipal', 'DELETE /v1/principals/{id}', {
    params,
    answer: nothing,
    status: 204,
    heeds: ['if_match'],
    refuses: ['not_found', 'conflict'],
    run: ({ platform, caller, input, request }) =>
      deletePrincipal(platform, caller, { ...input, if_match: request.if_match }),
  }),
  route('issueKey', 'POST /v1/principals/{id}/keys', {
    params,
    answer: KeyAnswer,
    status: 201,
    refuses: ['not_found', 'key_limit', 'conflict'],
    run: async ({ platform, caller, input: { id } }) => {
      const made = await issueKey(platform, caller, { principal_id: id });
      return reply(made, { location: `/api/v1/principals/${id}` });
    },
  }),
  route('deleteKey', 'DELETE /v1/principals/{id}/keys/{key_id}', {
    params: () => z.object({ id: principalId, key_id: name }),
    answer: nothing,
    status: 204,
    refuses: ['not_found', 'conflict'],
    run: ({ platform, caller, input: { id, key_id } }) => deleteKey(platform, caller, { principal_id: id, key_id }),
  }),
];
