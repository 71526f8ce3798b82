/** Muster's own A2A card: who finds it learns where its API is and what for. */
import manifest from '../../package.json' with { type: 'json' };
import { jsonObject, type Json } from '../../shared/platform/wire.ts';
import { page } from './route.ts';

/** The binding is Muster's own API, and none of A2A's: a client of A2A alone finds it, and cannot speak to it. */
const binding = 'urn:muster:http-api:v1';
const json = ['application/json'];

const skill = (id: string, description: string, ...tags: string[]) => ({
  ...{ id, name: id.replaceAll('_', ' '), description },
  tags,
});

const skills = [
  skill('submit_job', 'Estimates a job, checks it, has it approved, runs it and learns from it.', 'jobs', 'approval'),
  skill('claim_tasks', 'Gives registered agents tasks with a lease and takes what they report.', 'tasks', 'queue'),
  skill('exchange_messages', 'Carries typed messages between registered agents.', 'messages'),
];

/** By the fields of A2A 1.0. `origin` is where the caller has found it. */
const cardAt = (origin: string): { [name: string]: Json } => ({
  name: 'Muster',
  description: manifest.description,
  version: manifest.version,
  documentationUrl: `${origin}/api/docs`,
  supportedInterfaces: [{ url: `${origin}/api`, protocolBinding: binding, protocolVersion: '1.0' }],
  capabilities: { streaming: false, pushNotifications: false, extendedAgentCard: false },
  securitySchemes: { key: { httpAuthSecurityScheme: { scheme: 'Bearer' } } },
  securityRequirements: [{ schemes: { key: { list: [] } } }],
  defaultInputModes: json,
  defaultOutputModes: json,
  skills,
});

export const ownCardRoutes = [
  page('getOwnCard', 'GET /.well-known/agent-card.json', {
    answer: jsonObject,
    refuses: [],
    run: ({ request }) => cardAt(request.url.origin),
  }),
];
