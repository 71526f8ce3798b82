/** What jobs need: tools, the verifiers that check more than Muster can, and resources. */
import { z } from 'zod';
import { deleteResource } from '../../shared/resources/delete-resource.ts';
import { getResource, listResources } from '../../shared/resources/read.ts';
import { registerResource } from '../../shared/resources/register-resource.ts';
import { RegisterResource, Resource } from '../../shared/resources/resource.ts';
import { deleteTool } from '../../shared/tools/delete-tool.ts';
import { deleteVerifier } from '../../shared/tools/delete-verifier.ts';
import { getTool, getVerifier, listTools, listVerifiers } from '../../shared/tools/read.ts';
import { registerTool } from '../../shared/tools/register-tool.ts';
import { registerVerifier } from '../../shared/readiness/register-verifier.ts';
import { RegisterTool, Tool } from '../../shared/tools/tool.ts';
import { RegisteredVerifier, RegisterVerifier, Verifier } from '../../shared/tools/verifier.ts';
import { keyOf, listOf, listQuery, pageOf } from './lists.ts';
import { nothing, route } from './route.ts';

const page = () => z.strictObject(listQuery);

const toolsOnly = [
  route('registerTool', 'POST /v1/deployment/tools/register', {
    body: () => RegisterTool,
    answer: () => Tool,
    refuses: [],
    run: ({ platform, caller, input }) => registerTool(platform, caller, input),
  }),
  route('listTools', 'GET /v1/deployment/tools', {
    query: page,
    answer: () => listOf(Tool),
    refuses: [],
    run: async ({ platform, caller, input: { limit, cursor }, request }) => {
      const items = await listTools(platform, caller, { after: keyOf(request, cursor), limit });
      return pageOf(request, { items, limit, key: ({ name }) => name });
    },
  }),
  route('getTool', 'GET /v1/deployment/tools/{name}', {
    answer: () => Tool,
    etag: true,
    refuses: ['not_found'],
    run: ({ platform, caller, input }) => getTool(platform, caller, input),
  }),
  route('deleteTool', 'DELETE /v1/deployment/tools/{name}', {
    answer: nothing,
    status: 204,
    refuses: ['not_found', 'in_use'],
    run: ({ platform, caller, input }) => deleteTool(platform, caller, input),
  }),
];

const verifiers = [
  route('registerVerifier', 'POST /v1/deployment/verifiers/register', {
    body: () => RegisterVerifier,
    answer: () => RegisteredVerifier,
    refuses: [],
    run: ({ platform, caller, input }) => registerVerifier(platform, caller, input),
  }),
  route('listVerifiers', 'GET /v1/deployment/verifiers', {
    query: page,
    answer: () => listOf(Verifier),
    refuses: [],
    run: async ({ platform, caller, input: { limit, cursor }, request }) => {
      const items = await listVerifiers(platform, caller, { after: keyOf(request, cursor), limit });
      return pageOf(request, { items, limit, key: ({ name }) => name });
    },
  }),
  route('getVerifier', 'GET /v1/deployment/verifiers/{name}', {
    answer: () => Verifier,
    etag: true,
    refuses: ['not_found'],
    run: ({ platform, caller, input }) => getVerifier(platform, caller, input),
  }),
  route('deleteVerifier', 'DELETE /v1/deployment/verifiers/{name}', {
    answer: nothing,
    status: 204,
    refuses: ['not_found'],
    run: ({ platform, caller, input }) => deleteVerifier(platform, caller, input),
  }),
];

const resources = [
  route('registerResource', 'POST /v1/deployment/resources/register', {
    body: () => RegisterResource,
    answer: () => Resource,
    refuses: ['unknown_unit', 'in_use'],
    run: ({ platform, caller, input }) => registerResource(platform, caller, input),
  }),
  route('listResources', 'GET /v1/deployment/resources', {
    query: page,
    answer: () => listOf(Resource),
    refuses: [],
    run: async ({ platform, caller, input: { limit, cursor }, request }) => {
      const items = await listResources(platform, caller, { after: keyOf(request, cursor), limit });
      return pageOf(request, { items, limit, key: ({ name }) => name });
    },
  }),
  route('getResource', 'GET /v1/deployment/resources/{name}', {
    answer: () => Resource,
    etag: true,
    refuses: ['not_found'],
    run: ({ platform, caller, input }) => getResource(platform, caller, input),
  }),
  route('deleteResource', 'DELETE /v1/deployment/resources/{name}', {
    answer: nothing,
    status: 204,
    refuses: ['not_found', 'in_use'],
    run: ({ platform, caller, input }) => deleteResource(platform, caller, input),
  }),
];

export const toolRoutes = [...toolsOnly, ...verifiers, ...resources];
