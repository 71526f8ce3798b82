/** Agents: registered by an admin, alive by their heartbeats, with keys of their own. */
import { z } from 'zod';
import { AgentAnswer, RegisterAgent, RegisteredAgent } from '../../shared/agents/agent.ts';
import { getAgent, getAgentCard, listAgents } from '../../shared/agents/read.ts';
import { retireAgent } from '../../shared/tasks/retire-agent.ts';
import { deleteKey, issueKey } from '../../shared/access/keys.ts';
import { AgentStatistics, getAgentStatistics } from '../../shared/insights/agent-statistics.ts';
import { drainAgent } from '../../shared/liveness/drain.ts';
import { isolateAgent } from '../../shared/liveness/isolate.ts';
import { IsolateInput } from '../../shared/liveness/order.ts';
import { restoreAgent } from '../../shared/liveness/restore.ts';
import { heartbeat } from '../../shared/tasks/heartbeat.ts';
import { HeartbeatAnswer, HeartbeatInput } from '../../shared/tasks/lease.ts';
import { registerAgent } from '../../shared/tasks/register-agent.ts';
import { jsonObject } from '../../shared/platform/wire.ts';
import { keyOf, listOf, listQuery, pageOf } from './lists.ts';
import { KeyAnswer } from './principals.ts';
import { reply } from './reply.ts';
import { nothing, route, type Route } from './route.ts';

/** What operators order. */
const orders = [
  route('isolateAgent', 'POST /v1/agents/{agent_id}/isolate', {
    body: () => IsolateInput,
    answer: () => AgentAnswer,
    etag: true,
    heeds: ['if_match'],
    refuses: ['not_found', 'conflict'],
    run: ({ platform, caller, input, request }) =>
      isolateAgent(platform, caller, { ...input, if_match: request.if_match }),
  }),
  route('drainAgent', 'POST /v1/agents/{agent_id}/drain', {
    answer: () => AgentAnswer,
    etag: true,
    heeds: ['if_match'],
    refuses: ['not_found', 'conflict'],
    run: ({ platform, caller, input, request }) =>
      drainAgent(platform, caller, { ...input, if_match: request.if_match }),
  }),
  route('restoreAgent', 'POST /v1/agents/{agent_id}/restore', {
    answer: () => AgentAnswer,
    etag: true,
    heeds: ['if_match'],
    refuses: ['not_found', 'conflict'],
    run: ({ platform, caller, input, request }) =>
      restoreAgent(platform, caller, { ...input, if_match: request.if_match }),
  }),
];

export const agentRoutes: Route[] = [
  route('registerAgent', 'PUT /v1/agents/{agent_id}', {
    body: () => RegisterAgent,
    answer: () => RegisteredAgent,
    etag: true,
    heeds: ['if_match'],
    refuses: ['forbidden', 'not_found', 'name_taken'],
    run: ({ platform, caller, input, request }) =>
      registerAgent(platform, caller, { ...input, if_match: request.if_match }),
  }),
  route('getAgent', 'GET /v1/agents/{agent_id}', {
    answer: () => AgentAnswer,
    etag: true,
    refuses: ['not_found'],
    run: ({ platform, caller, input }) => getAgent(platform, caller, input),
  }),
  route('getAgentCard', 'GET /v1/agents/{agent_id}/card', {
    answer: () => jsonObject,
    refuses: ['not_found'],
    run: ({ platform, caller, input }) => getAgentCard(platform, caller, input),
  }),
  route('getAgentStatistics', 'GET /v1/agents/{agent_id}/statistics', {
    answer: () => AgentStatistics,
    refuses: ['not_found'],
    run: ({ platform, caller, input }) => getAgentStatistics(platform, caller, input),
  }),
  route('listAgents', 'GET /v1/agents', {
    query: () => z.strictObject(listQuery),
    answer: () => listOf(AgentAnswer),
    refuses: [],
    run: async ({ platform, caller, input: { limit, cursor }, request }) => {
      const items = await listAgents(platform, caller, { after: keyOf(request, cursor), limit });
      return pageOf(request, { items, limit, key: ({ agent_id }) => agent_id });
    },
  }),
  route('retireAgent', 'DELETE /v1/agents/{agent_id}', {
    answer: nothing,
    status: 204,
    heeds: ['if_match'],
    refuses: ['not_found'],
    run: ({ platform, caller, input, request }) =>
      retireAgent(platform, caller, { ...input, if_match: request.if_match }),
  }),
  route('heartbeat', 'POST /v1/agents/{agent_id}/heartbeat', {
    body: () => HeartbeatInput,
    answer: () => HeartbeatAnswer,
    refuses: ['not_found', 'agent_not_active'],
    run: ({ platform, caller, input }) => heartbeat(platform, caller, input),
  }),
  route('issueAgentKey', 'POST /v1/agents/{agent_id}/keys', {
    answer: () => KeyAnswer,
    status: 201,
    refuses: ['not_found', 'key_limit'],
    run: async ({ platform, caller, input: { agent_id } }) => {
      const made = await issueKey(platform, caller, { principal_id: agent_id });
      return reply(made, { location: `/api/v1/agents/${agent_id}` });
    },
  }),
  route('deleteAgentKey', 'DELETE /v1/agents/{agent_id}/keys/{key_id}', {
    answer: nothing,
    status: 204,
    refuses: ['not_found', 'conflict'],
    run: ({ platform, caller, input: { agent_id, key_id } }) =>
      deleteKey(platform, caller, { principal_id: agent_id, key_id }),
  }),
  ...orders,
];
